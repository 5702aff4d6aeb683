import { createHash } from 'node:crypto';
import { z } from 'zod';
import { failureClasses } from '../../model/errors.js';

/** Reverse DNS name before every type, so that topics which others publish to can be filtered. */
export const eventPrefix = 'io.github.aks-artifact-sync.';

/** What an event names one by one at most; counts say how many there are. An event stays far below the 64 KB that Event Grid bills as one. */
export const mostListed = 20;

const time = z.iso.datetime().describe('ISO 8601, UTC.');
const count = z.int().min(0);

const missing = z.strictObject({
  artifact: z.string().describe('`repository:tag` as in MAR.'),
  state: z.enum(['not-started', 'planned', 'waiting', 'failed', 'proof-expired']),
  reason: z.string(),
  failureClass: z
    .enum(failureClasses)
    .exactOptional()
    .describe('What the failure in `reason` is about; absent where nothing failed.'),
});

/** Everything that an alert needs, so that nobody has to ask back. */
const gate = z.strictObject({
  clusterId: z.string().describe('Resource id of the cluster, as Azure spells it; the subject, too.'),
  cluster: z.string().describe('Its name.'),
  kubernetesVersion: z.string().describe('The target: a version to upgrade to, or the one that the cluster runs.'),
  mode: z.enum(['observe', 'enforce']).describe('`observe`: nothing is changed in Azure for this cluster.'),
  decision: z.enum(['open', 'closed', 'unknown']),
  since: time.describe('When the decision became what it is.'),
  decidedAt: time,
  required: count.describe('Artifacts that the gate waits for.'),
  cached: count.describe('Those of them that are proven.'),
  missing: z.array(missing).max(mostListed).describe('The first of what is missing.'),
  missingCount: count,
  reasons: z.array(z.string()).max(mostListed),
  estimatedOpenAt: time.exactOptional().describe('Absent when nothing can be said.'),
  estimatedEarliest: time.exactOptional(),
  estimatedLatest: time.exactOptional(),
  deadline: time.exactOptional().describe('When the cluster will pull, as far as that is known.'),
  breakGlass: z
    .strictObject({ who: z.string(), reason: z.string(), expiresAt: time })
    .exactOptional()
    .describe('Open only because a person said so.'),
});

const risks = ['late', 'unforeseeable', 'blocked'] as const;
/** Why a deadline is at risk: forecast to be missed, nothing can be said and it is near, or something that ends by no waiting. */
export type RiskKind = (typeof risks)[number];

const catalogChanged = z.strictObject({
  sources: z
    .array(z.strictObject({ name: z.string(), state: z.string(), readAt: time.exactOptional() }))
    .describe('Every source of the catalogue as it stands now.'),
  changed: z.array(z.string()).describe('Those whose content is another than at the last event.'),
});

/** Data of each type of event; docs/events/*.schema.json are made from them. */
export const eventData = {
  GateOpened: gate.describe('The gate of a target is open: every artifact is proven, or somebody broke the glass.'),
  GateClosed: gate.describe('The gate of a target is shut; `decision` tells whether it is closed or unknown.'),
  WarmupFailed: gate
    .extend({
      failed: z.array(missing).min(1).max(mostListed).describe('What has failed for good since the last such event.'),
      failedCount: count,
    })
    .describe('Artifacts that a gate waits for have failed for good; a new plan tries them again.'),
  DeadlineAtRisk: gate
    .extend({
      deadline: time.describe('When the cluster will pull.'),
      because: z.string().describe('Where the deadline comes from, for example a maintenance window.'),
      risk: z.enum(risks).describe('`late`, `unforeseeable` (nothing can be said and it is near) or `blocked`.'),
      why: z.string(),
    })
    .describe('A cluster will pull before its cache can be complete.'),
  CatalogChanged: catalogChanged.describe('What the catalogue knows has changed; plans that follow may differ.'),
} as const;

export type EventType = keyof typeof eventData;
export type EventDataOf<Type extends EventType> = z.infer<(typeof eventData)[Type]>;
export type GateEventData = z.infer<typeof gate>;

/** One event as it is kept until it is published, and as it is published: CloudEvents 1.0. */
export const outgoingEvent = z.object({
  /** The same for the same thing told twice: consumers tell doubles by it. */
  id: z.string().min(1).max(100),
  type: z.enum(['GateOpened', 'GateClosed', 'WarmupFailed', 'DeadlineAtRisk', 'CatalogChanged']),
  /** URI reference of the app that publishes. */
  source: z.string().min(1),
  subject: z.string().min(1),
  time,
  data: z.record(z.string(), z.unknown()),
});
export type OutgoingEvent = Readonly<z.infer<typeof outgoingEvent>>;

/** @param parts whatever makes this event another one than the next */
export function makeEvent<Type extends EventType>(
  type: Type,
  parts: readonly string[],
  about: { readonly source: string; readonly subject: string; readonly at: Date },
  data: EventDataOf<Type>,
): OutgoingEvent {
  const { source, subject, at } = about;
  const key = JSON.stringify([type, subject.toLowerCase(), ...parts]);
  const id = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return { id, type, source, subject, time: at.toISOString(), data };
}

/** Source of all events of an app: there is one a subscription. */
export function sourceOf(subscriptionId: string): string {
  return `/subscriptions/${subscriptionId}/aks-artifact-sync`;
}

/** Name of the JSON Schema of an event's data: its `$id`, and `dataschema` of every such event. */
export function schemaOf(type: EventType): string {
  return `urn:aks-artifact-sync:event:${type}:1`;
}

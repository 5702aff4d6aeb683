import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import { parseClusterId, parseResourceId, type ResourceId } from '../model/resource-id.js';
import type { Notice } from '../gate/decision/deadlines.js';
import { describeIssues } from './describe-issues.js';
import { parseNotice } from './scheduled-notice.js';

const versionAvailable = 'microsoft.containerservice.newkubernetesversionavailable';
const scheduledEvent = 'microsoft.resourcenotifications.containerserviceeventresources.scheduledeventemitted';
const fleetGateEvents = ['fleetgatecreated', 'fleetgateupdated'].map(
  (name) => `microsoft.resourcenotifications.aksresources.${name}`,
);

/** Event Grid event schema; Azure Functions hands over one event at a time. */
const envelope = z.object({
  id: z.string().max(500),
  eventType: z.string().min(1).max(200),
  subject: z.string().max(2048).default(''),
  topic: z.string().max(2048).nullish(),
  eventTime: z.string().max(100).nullish(),
  data: z.unknown(),
});

const gateData = z.object({
  resourceInfo: z.object({
    id: z.string().max(2048),
    properties: z.object({ state: z.string().optional() }).optional(),
  }),
});

const scheduledData = z.object({
  resourceInfo: z.object({
    properties: z.looseObject({
      eventSource: z.string().nullish(),
      /** A sentence, or an object of facts: both are documented. */
      eventDetails: z.unknown().optional(),
      resources: z.array(z.string().max(2048)).max(1000).nullish(),
    }),
  }),
});

export type Ignored = { readonly kind: 'ignored'; readonly eventType: string };
export type ClusterEvent = { readonly kind: 'version-available'; readonly cluster: ResourceId } | Ignored;
export type FleetEvent = { readonly kind: 'fleet-gate'; readonly gateId: string } | Ignored;

/**
 * A `NewKubernetesVersionAvailable` event. The cluster's id is in `subject` or `topic`; which versions it may upgrade to
 * is asked of ARM, as events arrive late and unordered. Types are compared without case.
 * @throws SyncError INVALID_INPUT for a document that is no such event
 */
export function parseClusterEvent(event: unknown): ClusterEvent {
  const { eventType, subject, topic } = parseEnvelope(event);
  if (eventType.toLowerCase() !== versionAvailable) return { kind: 'ignored', eventType };
  return { kind: 'version-available', cluster: clusterOf([subject, topic ?? '']) };
}

export type ScheduledEvent =
  | {
      readonly kind: 'scheduled';
      readonly clusters: readonly ResourceId[];
      readonly versions: readonly KubernetesVersion[];
      /** When it is to be, and whether it still is. */
      readonly notice: Notice;
    }
  | Ignored;

/**
 * A notice that AKS will change, changes or has changed clusters by itself, with the versions that its details name, if any.
 * Notices of the end of support name the version that a cluster runs, and are ignored.
 * Source: Azure Resource Notifications, "ContainerService events"; AKS, "End of support notifications".
 * @throws SyncError INVALID_INPUT for a document that is no such event
 */
export function parseScheduledEvent(event: unknown): ScheduledEvent {
  const { eventType, subject, data, id, eventTime } = parseEnvelope(event);
  if (eventType.toLowerCase() !== scheduledEvent) return { kind: 'ignored', eventType };
  const parsed = scheduledData.safeParse(data);
  if (!parsed.success) throw new SyncError('INVALID_INPUT', `event ${eventType}: data.${describeIssues(parsed.error)}`);
  const { properties } = parsed.data.resourceInfo;
  const { eventSource, eventDetails, resources } = properties;
  if (eventSource?.toLowerCase() === 'eolnotification') return { kind: 'ignored', eventType };
  const clusters = (resources ?? []).filter(isClusterId);
  const parent = subject.replace(/\/scheduledEvents\/[^/]+$/i, '');
  const versions = versionsIn(eventDetails);
  return {
    kind: 'scheduled',
    clusters: clusters.length > 0 ? clusters.map(parseClusterId) : [clusterOf([parent])],
    versions,
    notice: parseNotice({ id, eventTime, properties, versions }),
  };
}

function isClusterId(text: string): boolean {
  return /\/managedClusters\/[^/]+\/?$/i.test(text);
}

function versionsIn(details: unknown): readonly KubernetesVersion[] {
  const text = typeof details === 'string' ? details : (JSON.stringify(details) ?? '');
  const words = text.slice(0, 10_000).match(/(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,5}(?![\d.]*\d)/g) ?? [];
  return [...new Set(words)].filter(isKubernetesVersion).filter((version) => version.startsWith('1.'));
}

/**
 * A Fleet gate event. Its state is asked of ARM, as events arrive late and unordered.
 * @throws SyncError INVALID_INPUT for a document that is no such event
 */
export function parseFleetEvent(event: unknown): FleetEvent {
  const { eventType, data } = parseEnvelope(event);
  if (!fleetGateEvents.includes(eventType.toLowerCase())) return { kind: 'ignored', eventType };
  const parsed = gateData.safeParse(data);
  if (!parsed.success) throw new SyncError('INVALID_INPUT', `event ${eventType}: data.${describeIssues(parsed.error)}`);
  const gate = parseResourceId(parsed.data.resourceInfo.id);
  if (gate.type.toLowerCase() !== 'microsoft.containerservice/fleets/gates') {
    throw new SyncError(
      'INVALID_INPUT',
      `event ${eventType}: data.resourceInfo.id is no Fleet gate: "${gate.id.slice(0, 200)}"`,
    );
  }
  return { kind: 'fleet-gate', gateId: gate.id };
}

function parseEnvelope(event: unknown): z.infer<typeof envelope> {
  const parsed = envelope.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new SyncError('INVALID_INPUT', `event: ${describeIssues(parsed.error)}`);
}

function clusterOf(candidates: readonly string[]): ResourceId {
  for (const candidate of candidates) {
    try {
      return parseClusterId(candidate);
    } catch {
      // The other field may carry it.
    }
  }
  throw new SyncError(
    'INVALID_INPUT',
    `event: neither subject nor topic is the resource id of an AKS cluster: "${(candidates[0] ?? '').slice(0, 200)}"`,
  );
}

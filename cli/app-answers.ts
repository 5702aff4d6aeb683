import { z } from 'zod';
import { cleanText } from './terminal.js';

/** What the app answers, as far as it is shown; the app may say more. Texts are made fit for a terminal. */
const line = z.string().transform(cleanText);
const count = z.int().min(0);
const decision = z.enum(['open', 'closed', 'unknown']);
/** ISO 8601. */
const range = z.object({ earliest: line, latest: line });
const missing = z.array(z.object({ artifact: line, state: line, reason: line }));

const brokenBy = z.object({ who: line, reason: line, expiresAt: line });

/** What is open on proof lacks nothing; what is held open, or was opened by a person, says so. */
function isConsistent(gate: {
  readonly decision: string;
  readonly missing: readonly unknown[];
  readonly cached: number;
  readonly required: number;
  readonly held?: string | undefined;
  readonly breakGlass?: object | undefined;
}): boolean {
  if (gate.decision !== 'open' || gate.held !== undefined || gate.breakGlass !== undefined) return true;
  return gate.missing.length === 0 && gate.cached === gate.required;
}

/** @throws by zod when a decision contradicts its own facts: nobody may upgrade on such an answer */
export const gateAnswer = z
  .object({
    cluster: line,
    kubernetesVersion: line,
    decision,
    missing,
    reasons: z.array(line),
    required: count,
    cached: count,
    evaluatedAt: line,
    plannedAt: line.optional(),
    estimatedOpenAt: line.optional(),
    estimatedRange: range.optional(),
    held: line.optional(),
    breakGlass: brokenBy.optional(),
  })
  .refine(isConsistent, {
    path: ['decision'],
    message: 'is open although artifacts are missing',
  });
export type GateAnswer = z.infer<typeof gateAnswer>;

const glass = brokenBy.extend({ clusterId: line, kubernetesVersion: line });

export const breakGlassAnswer = glass.extend({ mode: line.optional() });
export const mendGlassAnswer = z.object({ mended: glass.nullable() });

const change = z.object({
  at: line,
  who: line,
  action: line,
  resource: line,
  name: line.optional(),
  outcome: line,
  because: z.array(line),
});

export const auditAnswer = z.object({ entries: z.array(change) });
export type AuditAnswer = z.infer<typeof auditAnswer>;

export const replayAnswer = z.object({
  replayed: z.array(z.object({ id: line, queue: line })),
  skipped: z.array(z.object({ id: line, reason: line })),
  left: z.number().optional(),
});

export const statusAnswer = z.object({
  version: line,
  mode: z.enum(['observe', 'enforce']),
  scopes: z.array(line).default([]),
  evaluatedAt: line,
  breakGlasses: z.array(glass).default([]),
  outages: z.array(z.object({ loginServer: line, side: line, what: line, since: line, lastProbe: line })).default([]),
  poison: z.array(z.object({ id: line, replayedAt: line.optional() })).default([]),
  registries: z.array(z.object({ loginServer: line, required: count, cached: count, failed: count, waiting: count })),
  clusters: z.array(
    z.object({
      id: line,
      name: line,
      kubernetesVersion: line,
      isolated: z.boolean(),
      finding: line.optional(),
      unheard: line.optional(),
      targets: z.array(
        z.object({
          kubernetesVersion: line,
          current: z.boolean().default(false),
          decision,
          required: count,
          cached: count,
          missing,
          reasons: z.array(line),
          estimatedOpenAt: line.optional(),
          estimatedRange: range.optional(),
          deadline: z.object({ at: line, what: line, risk: z.object({ kind: line, why: line }).optional() }).optional(),
          strategies: z.record(z.string(), count).optional(),
          findings: z.array(z.object({ subject: line, message: line, effect: line })).default([]),
          drift: z.object({ escaped: count, foreign: count, idle: count.optional(), measuredAt: line }).optional(),
        }),
      ),
    }),
  ),
  fleetGates: z.array(
    z.object({
      displayName: line,
      updateRun: line,
      stage: line,
      group: line.optional(),
      action: line,
      reasons: z.array(line),
    }),
  ),
  holds: z
    .array(
      z.object({
        cluster: line,
        configuration: line,
        state: line,
        entry: z.object({ start: line, end: line }).optional(),
        reasons: z.array(line),
      }),
    )
    .default([]),
  problems: z.array(z.object({ at: line, source: line, subject: line, reason: line })),
});
export type StatusAnswer = z.infer<typeof statusAnswer>;

export const syncAnswer = z.object({
  runId: line,
  dryRun: z.boolean(),
  clusters: z.array(
    z.object({ id: line, name: line, isolated: z.boolean(), targets: z.array(line), finding: line.optional() }),
  ),
});
export type SyncAnswer = z.infer<typeof syncAnswer>;

/** Only what tells how fresh the catalogue of an app is. An app that says less than today's is understood as far as it goes. */
export const catalogAnswer = z.object({
  version: line.optional(),
  catalog: z
    .object({
      sources: z.array(z.object({ name: line, state: line, readAt: line.nullish(), detail: line.nullish() })),
      overrides: z
        .object({ state: line.nullish(), acceptedAt: line.nullish(), detail: line.nullish() })
        .optional()
        .catch(undefined),
    })
    .optional(),
});
export type CatalogAnswer = z.infer<typeof catalogAnswer>;

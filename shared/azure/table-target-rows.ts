import { z } from 'zod';
import { confidences, versionSources } from '../model/artifact.js';
import { isKubernetesVersion } from '../model/kubernetes-version.js';
import type { TargetRecord } from '../warming/ports.js';
import { strategies, type PlannedTarget, type TargetRef } from '../warming/state.js';
import { packColumns, unpackColumns } from './packed-columns.js';
import { targetKeys } from './table-keys.js';
import { dateColumn as date, type StoredRow } from './table-rows.js';

/** A requirement set, with what was asked of MAR on its behalf. */
const planDocument = z.object({
  artifacts: z.array(
    z.object({
      kind: z.enum(['image', 'binary']),
      repository: z.string(),
      tag: z.string(),
      platforms: z.array(z.string()),
      because: z.array(
        z.object({
          component: z.string(),
          source: z.enum(versionSources),
          confidence: z.enum(confidences),
          condition: z.string(),
        }),
      ),
      baked: z.array(z.string()).exactOptional(),
    }),
  ),
  unresolved: z.array(
    z.object({
      component: z.string(),
      version: z.string().exactOptional(),
      reason: z.string(),
      candidates: z.array(z.object({ repository: z.string(), tag: z.string() })).exactOptional(),
    }),
  ),
  // Rows from before there were any.
  findings: z
    .array(
      z.object({ code: z.string(), subject: z.string(), message: z.string(), effect: z.enum(['unknown', 'none']) }),
    )
    .default([]),
  strategies: z.record(z.string(), z.enum(strategies)).exactOptional(),
  probes: z
    .array(
      z.object({
        repository: z.string(),
        tag: z.string(),
        found: z.boolean(),
        at: date,
      }),
    )
    .exactOptional(),
});

const refOf = z.object({ clusterId: z.string(), kubernetesVersion: z.string().refine(isKubernetesVersion) });

const row = refOf.extend({
  requestedAt: date,
  // Rows from before there were deadlines have none.
  neededBy: date.optional(),
  registry: z.string().optional(),
  loginServer: z.string().optional(),
  plannedAt: date.optional(),
  factsHash: z.string().optional(),
  failure: z.string().optional(),
  failedAt: date.optional(),
  planWrong: z.boolean().optional(),
});

/** Keys of a target's row, with the target as Azure spells it. */
export function keysOf({ clusterId, kubernetesVersion }: TargetRef) {
  return { ...targetKeys(clusterId, kubernetesVersion), clusterId, kubernetesVersion };
}

/**
 * The target of a row. Of one that cannot be read, of a later release or damaged, it is known that it is wanted: without a plan no gate
 * opens on it, it is planned anew, and it hides no other.
 * @returns undefined for an unreadable row that not even tells its target
 */
export function recordOf(entity: StoredRow): TargetRecord | undefined {
  const parsed = row.safeParse(entity);
  const keys = refOf.safeParse(entity);
  try {
    if (parsed.success) return readableOf(parsed.data, entity);
  } catch {
    // The packed plan is damaged.
  }
  if (!keys.success) return undefined;
  const at = new Date(0);
  const reason = 'its record in table syncTargets cannot be read: the next plan writes it anew';
  return { ...keys.data, requestedAt: at, failure: { ...keys.data, reason, at, effect: 'plan-wrong' } };
}

/** @throws ZodError, Error when the packed plan cannot be read */
function readableOf(columns: z.infer<typeof row>, entity: Record<string, unknown>): TargetRecord {
  const { clusterId, kubernetesVersion, requestedAt, neededBy, failure, failedAt, planWrong, ...plan } = columns;
  const effect = planWrong ? 'plan-wrong' : 'plan-stays';
  const planned = plannedOf({ clusterId, kubernetesVersion }, plan, entity);
  return {
    clusterId,
    kubernetesVersion,
    requestedAt,
    ...(neededBy ? { neededBy } : {}),
    ...(planned ? { planned } : {}),
    ...(failure !== undefined && failedAt
      ? { failure: { clusterId, kubernetesVersion, reason: failure, at: failedAt, effect } }
      : {}),
  };
}

function plannedOf(
  target: TargetRef,
  { registry, loginServer, plannedAt, factsHash }: Partial<z.infer<typeof row>>,
  entity: Record<string, unknown>,
): PlannedTarget | undefined {
  if (!registry || !loginServer || !plannedAt || factsHash === undefined) return undefined;
  const document = unpackColumns(entity);
  if (document === undefined) return undefined;
  const { probes, strategies, ...set } = planDocument.parse(document);
  return {
    ...{ ...target, registry, loginServer, set, plannedAt, factsHash },
    ...(strategies === undefined ? {} : { strategies }),
    ...(probes === undefined ? {} : { probes }),
  };
}

/** The columns of a plan; whatever was told of its target before is not among them. */
export function planRowOf(plan: PlannedTarget) {
  const packed = packColumns(
    { ...plan.set, strategies: plan.strategies, probes: plan.probes },
    `the plan of ${plan.clusterId}`,
  );
  return {
    ...keysOf(plan),
    requestedAt: plan.plannedAt.toISOString(),
    plannedAt: plan.plannedAt.toISOString(),
    registry: plan.registry,
    loginServer: plan.loginServer,
    factsHash: plan.factsHash,
    ...packed,
  };
}

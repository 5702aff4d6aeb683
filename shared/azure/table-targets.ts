import type { TableClient, TableEntityResult } from '@azure/data-tables';
import { z } from 'zod';
import { confidences, versionSources } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { PlanFailure, TargetRecord, Targets } from '../warming/ports.js';
import type { PlannedTarget, TargetRef } from '../warming/state.js';
import { packColumns, unpackColumns } from './packed-columns.js';
import { isConflict, isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const date = z.iso.datetime().transform((text) => new Date(text));

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
  strategies: z.record(z.string(), z.enum(['pull-through', 'pull-blobs', 'import'])).exactOptional(),
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

const row = z.object({
  clusterId: z.string(),
  kubernetesVersion: z.string().refine(isKubernetesVersion),
  requestedAt: date,
  registry: z.string().optional(),
  loginServer: z.string().optional(),
  plannedAt: date.optional(),
  factsHash: z.string().optional(),
  failure: z.string().optional(),
  failedAt: date.optional(),
  planWrong: z.boolean().optional(),
});

/** Table `syncTargets`: partition = cluster, row = Kubernetes version. A whole plan is one row, packed. */
export class TableTargets implements Targets {
  constructor(private readonly table: TableClient) {}

  async list(): Promise<readonly TargetRecord[]> {
    const records: TargetRecord[] = [];
    for await (const entity of this.table.listEntities()) records.push(recordOf(entity));
    return records;
  }

  async get(cluster: string, version: KubernetesVersion): Promise<TargetRecord | undefined> {
    try {
      return recordOf(await this.table.getEntity(encodeKey(cluster.toLowerCase()), encodeKey(version)));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async request(target: TargetRef, now: Date): Promise<void> {
    try {
      await this.table.createEntity({ ...keysOf(target), requestedAt: now.toISOString() });
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  async savePlan(plan: PlannedTarget): Promise<void> {
    const packed = packColumns(
      { ...plan.set, strategies: plan.strategies, probes: plan.probes },
      `the plan of ${plan.clusterId}`,
    );
    const entity = {
      ...keysOf(plan),
      requestedAt: plan.plannedAt.toISOString(),
      plannedAt: plan.plannedAt.toISOString(),
      registry: plan.registry,
      loginServer: plan.loginServer,
      factsHash: plan.factsHash,
      ...packed,
    };
    const stored = await this.#row(plan);
    const newest = stored?.['plannedAt'];
    if (typeof newest === 'string' && new Date(newest) > plan.plannedAt) return;
    try {
      if (stored) await this.table.updateEntity(entity, 'Replace', { etag: stored.etag });
      else await this.table.createEntity(entity);
    } catch (error) {
      // Somebody else wrote meanwhile: decided anew, with what is there now.
      if (!isConflict(error) && !isNotFound(error)) throw error;
      throw new SyncError(
        'STATE_CONFLICT',
        `the plan of ${plan.clusterId} ${plan.kubernetesVersion} changed meanwhile`,
        { cause: error },
      );
    }
  }

  async #row(target: TargetRef): Promise<TableEntityResult<Record<string, unknown>> | undefined> {
    const { partitionKey, rowKey } = keysOf(target);
    try {
      return await this.table.getEntity(partitionKey, rowKey, { queryOptions: { select: ['plannedAt'] } });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async saveFailure(failure: PlanFailure): Promise<void> {
    const at = failure.at.toISOString();
    const told = {
      ...keysOf(failure),
      failure: failure.reason.slice(0, 2000),
      failedAt: at,
      ...(failure.effect === 'plan-wrong' ? { planWrong: true } : {}),
    };
    try {
      await this.table.createEntity({ ...told, requestedAt: at });
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.#merge(told);
    }
  }

  /** A row that was removed meanwhile is not wanted any more: it must not come back as half a row. */
  async #merge(entity: ReturnType<typeof keysOf>): Promise<void> {
    try {
      await this.table.updateEntity(entity, 'Merge');
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async remove(target: TargetRef): Promise<void> {
    const { partitionKey, rowKey } = keysOf(target);
    try {
      await this.table.deleteEntity(partitionKey, rowKey);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function keysOf({ clusterId, kubernetesVersion }: TargetRef) {
  const partitionKey = encodeKey(clusterId.toLowerCase());
  return { partitionKey, rowKey: encodeKey(kubernetesVersion), clusterId, kubernetesVersion };
}

function recordOf(entity: TableEntityResult<Record<string, unknown>>): TargetRecord {
  const { clusterId, kubernetesVersion, requestedAt, failure, failedAt, planWrong, ...plan } = row.parse(entity);
  const effect = planWrong ? 'plan-wrong' : 'plan-stays';
  const planned = plannedOf({ clusterId, kubernetesVersion }, plan, entity);
  return {
    clusterId,
    kubernetesVersion,
    requestedAt,
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

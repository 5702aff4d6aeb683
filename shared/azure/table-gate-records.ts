import { randomUUID } from 'node:crypto';
import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import type {
  FleetGateRecord,
  FleetGateRecords,
  Judgement,
  Judgements,
  Problem,
  Problems,
  SeenCluster,
  SeenClusters,
} from '../gate/ports.js';
import { announcementsColumns, columnsOf } from './announcements-column.js';
import { purgeRows } from './purge-rows.js';
import { isConflict, isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const date = z.iso.datetime().transform((text) => new Date(text));
const version = z.string().refine(isKubernetesVersion);

const judgementRow = z.object({
  clusterId: z.string(),
  kubernetesVersion: version,
  decision: z.enum(['open', 'closed', 'unknown']),
  decidedAt: date,
  since: date,
  step: z.number().int(),
  ...announcementsColumns,
});

/** A row that cannot be read, of a later release or damaged: it gives way to the next judgement. */
const nobody = { decision: 'unknown', decidedAt: new Date(0), since: new Date(0), step: 0 } as const;

function judgementOf({ announcements, told, ...judgement }: z.infer<typeof judgementRow>): Judgement {
  return announcements ? { ...judgement, announcements: { ...announcements, ...(told ? { told } : {}) } } : judgement;
}

/** Table `syncJudgements`: partition = cluster, row = Kubernetes version. */
export class TableJudgements implements Judgements {
  constructor(private readonly table: TableClient) {}

  async get(clusterId: string, kubernetesVersion: KubernetesVersion) {
    try {
      const entity = await this.table.getEntity(encodeKey(clusterId.toLowerCase()), encodeKey(kubernetesVersion));
      const parsed = judgementRow.safeParse(entity);
      const judgement = parsed.data ? judgementOf(parsed.data) : { ...nobody, clusterId, kubernetesVersion };
      return { judgement, etag: entity.etag };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly Judgement[]> {
    return (await rows(this.table, judgementRow)).map(judgementOf);
  }

  async save(judgement: Judgement, etag: string | undefined): Promise<boolean> {
    const { announcements, ...rest } = judgement;
    const entity = {
      ...rest,
      ...(announcements ? columnsOf(announcements) : {}),
      announced: announcements === undefined || announcements.pending.length === 0,
      partitionKey: encodeKey(judgement.clusterId.toLowerCase()),
      rowKey: encodeKey(judgement.kubernetesVersion),
      decidedAt: judgement.decidedAt.toISOString(),
      since: judgement.since.toISOString(),
    };
    return await saveRow(this.table, entity, etag);
  }

  async remove(clusterId: string, kubernetesVersion: KubernetesVersion): Promise<void> {
    await removeRow(this.table, encodeKey(clusterId.toLowerCase()), encodeKey(kubernetesVersion));
  }
}

const fleetGateRow = z.object({
  id: z.string(),
  displayName: z.string(),
  updateRun: z.string(),
  stage: z.string(),
  group: z.string().exactOptional(),
  action: z.enum(['approved', 'approving', 'would-approve', 'waiting', 'left-alone']),
  reasons: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.string())),
  approvedAt: date.optional(),
  approvedETag: z.string().optional(),
  approvedRun: z.string().optional(),
  approvedBefore: z.string().optional(),
  approvalAccepted: z.boolean().optional(),
  recordedAt: date,
});

/** Table `syncFleetGates`: one partition, row = gate. */
export class TableFleetGateRecords implements FleetGateRecords {
  constructor(private readonly table: TableClient) {}

  async get(gateId: string) {
    try {
      const entity = await this.table.getEntity('gate', encodeKey(gateId.toLowerCase()));
      return { record: fleetGateOf(fleetGateRow.parse(entity)), etag: entity.etag };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly FleetGateRecord[]> {
    return (await rows(this.table, fleetGateRow)).map(fleetGateOf);
  }

  async save(record: FleetGateRecord, etag: string | undefined): Promise<boolean> {
    const { approval, ...rest } = record;
    const columns = approval && {
      approvedAt: approval.at.toISOString(),
      approvedETag: approval.etag,
      approvedRun: approval.run,
      approvedBefore: approval.before.join(' '),
      approvalAccepted: approval.accepted,
    };
    const entity = {
      ...rest,
      ...columns,
      partitionKey: 'gate',
      rowKey: encodeKey(record.id.toLowerCase()),
      reasons: JSON.stringify(record.reasons.slice(0, 20).map((reason) => reason.slice(0, 500))),
      recordedAt: record.recordedAt.toISOString(),
    };
    return await saveRow(this.table, entity, etag);
  }
}

function fleetGateOf(row: z.infer<typeof fleetGateRow>): FleetGateRecord {
  const {
    approvedAt: at,
    approvedETag: etag,
    approvedRun: run,
    approvedBefore,
    approvalAccepted: accepted,
    ...record
  } = row;
  if (!at || etag === undefined || run === undefined || accepted === undefined) return record;
  const before = (approvedBefore ?? '').split(' ').filter((hash) => hash !== '');
  return { ...record, approval: { at, etag, run, before, accepted } };
}

const seenRow = z.object({
  id: z.string(),
  name: z.string(),
  kubernetesVersion: version,
  isolated: z.boolean(),
  registry: z.string().exactOptional(),
  finding: z.string().exactOptional(),
  unheard: z.string().exactOptional(),
  // ARM's names of versions, separated by blanks.
  upgradingTo: z.string().optional(),
  upgradingSince: date.optional(),
  seenAt: date,
});

/** Table `syncClusters`: one partition, row = cluster. */
export class TableSeenClusters implements SeenClusters {
  constructor(private readonly table: TableClient) {}

  async get(clusterId: string): Promise<SeenCluster | undefined> {
    try {
      return seenOf(seenRow.parse(await this.table.getEntity('cluster', encodeKey(clusterId.toLowerCase()))));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly SeenCluster[]> {
    return (await rows(this.table, seenRow)).map(seenOf);
  }

  async save(clusters: readonly SeenCluster[]): Promise<void> {
    for (const { upgrade, seenAt, ...cluster } of clusters) {
      const keys = { partitionKey: 'cluster', rowKey: encodeKey(cluster.id.toLowerCase()) };
      const upgrading = upgrade && {
        upgradingTo: upgrade.to.join(' '),
        upgradingSince: upgrade.since.toISOString(),
      };
      const entity = { ...cluster, ...upgrading, ...keys, seenAt: seenAt.toISOString() };
      await this.table.upsertEntity(entity, 'Replace');
    }
  }

  async remove(clusterId: string): Promise<void> {
    await removeRow(this.table, 'cluster', encodeKey(clusterId.toLowerCase()));
  }
}

function seenOf({ upgradingTo, upgradingSince, ...cluster }: z.infer<typeof seenRow>): SeenCluster {
  if (!upgradingTo || !upgradingSince) return cluster;
  return { ...cluster, upgrade: { to: upgradingTo.split(' '), since: upgradingSince } };
}

const problemRow = z.object({ at: date, source: z.string(), subject: z.string(), reason: z.string() });

/** Table `syncProblems`: one partition; row keys sort the newest first. */
export class TableProblems implements Problems {
  constructor(private readonly table: TableClient) {}

  async list(most: number): Promise<readonly Problem[]> {
    const found: Problem[] = [];
    // A page may be shorter than asked for, even empty, while more follow.
    for await (const page of this.table.listEntities().byPage({ maxPageSize: most })) {
      found.push(...page.flatMap((entity) => problemRow.safeParse(entity).data ?? []));
      if (found.length >= most) break;
    }
    return found.slice(0, most);
  }

  async add(problem: Problem): Promise<void> {
    await this.table.createEntity({
      partitionKey: 'problem',
      rowKey: `${newestFirst(problem.at)}-${randomUUID()}`,
      at: problem.at.toISOString(),
      source: problem.source.slice(0, 200),
      subject: problem.subject.slice(0, 2000),
      reason: problem.reason.slice(0, 2000),
    });
  }

  async purge(before: Date): Promise<void> {
    await purgeRows(this.table, odata`PartitionKey eq ${'problem'} and RowKey gt ${newestFirst(before)}`);
  }
}

function newestFirst(at: Date): string {
  return String(9_999_999_999_999 - at.getTime()).padStart(13, '0');
}

/** Rows that can be read: one of a later release, or damaged, hides no other. */
async function rows<Schema extends z.ZodType>(table: TableClient, schema: Schema): Promise<readonly z.infer<Schema>[]> {
  const found: z.infer<Schema>[] = [];
  for await (const entity of table.listEntities()) {
    const parsed = schema.safeParse(entity);
    if (parsed.success) found.push(parsed.data);
  }
  return found;
}

/** @returns false when somebody else wrote or removed the row first */
async function saveRow(
  table: TableClient,
  entity: { readonly partitionKey: string; readonly rowKey: string },
  etag: string | undefined,
): Promise<boolean> {
  try {
    if (etag === undefined) await table.createEntity(entity);
    else await table.updateEntity(entity, 'Replace', { etag });
    return true;
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return false;
    throw error;
  }
}

async function removeRow(table: TableClient, partitionKey: string, rowKey: string): Promise<void> {
  try {
    await table.deleteEntity(partitionKey, rowKey);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

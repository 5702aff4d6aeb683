import { randomUUID } from 'node:crypto';
import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { FleetGateRecord, FleetGateRecords } from '../gate/fleet/fleet-ports.js';
import type { Judgement, Judgements, Problem, Problems, SeenCluster, SeenClusters } from '../gate/ports.js';
import { announcementsColumns, columnsOf } from './announcements-column.js';
import { purgeRows } from './purge-rows.js';
import { encodeKey, targetKeys } from './table-keys.js';
import { dateColumn as date, jsonColumn, listRows, readRow, removeRow, replaceRow } from './table-rows.js';

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
    const stored = await readRow(this.table, targetKeys(clusterId, kubernetesVersion));
    if (!stored) return undefined;
    const { data } = judgementRow.safeParse(stored);
    const judgement = data ? judgementOf(data) : { ...nobody, clusterId, kubernetesVersion };
    return { judgement, etag: stored.etag };
  }

  async list(): Promise<readonly Judgement[]> {
    return (await listRows(this.table, judgementRow)).map(judgementOf);
  }

  async save(judgement: Judgement, etag: string | undefined): Promise<boolean> {
    const { announcements, ...rest } = judgement;
    const entity = {
      ...rest,
      ...(announcements ? columnsOf(announcements) : {}),
      announced: announcements === undefined || announcements.pending.length === 0,
      ...targetKeys(judgement.clusterId, judgement.kubernetesVersion),
      decidedAt: judgement.decidedAt.toISOString(),
      since: judgement.since.toISOString(),
    };
    return (await replaceRow(this.table, entity, etag)) !== undefined;
  }

  async remove(clusterId: string, kubernetesVersion: KubernetesVersion, etag: string): Promise<void> {
    await removeRow(this.table, targetKeys(clusterId, kubernetesVersion), etag);
  }
}

const fleetGateRow = z.object({
  id: z.string(),
  displayName: z.string(),
  updateRun: z.string(),
  stage: z.string(),
  group: z.string().exactOptional(),
  action: z.enum(['approved', 'approving', 'would-approve', 'waiting', 'left-alone']),
  reasons: jsonColumn.pipe(z.array(z.string())),
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
    const stored = await readRow(this.table, fleetGateKeys(gateId));
    return stored && { record: fleetGateOf(fleetGateRow.parse(stored)), etag: stored.etag };
  }

  async list(): Promise<readonly FleetGateRecord[]> {
    return (await listRows(this.table, fleetGateRow)).map(fleetGateOf);
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
      ...fleetGateKeys(record.id),
      reasons: JSON.stringify(record.reasons.slice(0, 20).map((reason) => reason.slice(0, 500))),
      recordedAt: record.recordedAt.toISOString(),
    };
    return (await replaceRow(this.table, entity, etag)) !== undefined;
  }
}

function fleetGateKeys(gateId: string) {
  return { partitionKey: 'gate', rowKey: encodeKey(gateId.toLowerCase()) };
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

/** Table `syncClusters`: one partition, row = cluster. A row that cannot be read is one of a cluster not seen yet: the next look writes it. */
export class TableSeenClusters implements SeenClusters {
  constructor(private readonly table: TableClient) {}

  async get(clusterId: string): Promise<SeenCluster | undefined> {
    const { data } = seenRow.safeParse(await readRow(this.table, seenKeys(clusterId)));
    return data && seenOf(data);
  }

  async list(): Promise<readonly SeenCluster[]> {
    return (await listRows(this.table, seenRow)).map(seenOf);
  }

  async save(clusters: readonly SeenCluster[]): Promise<void> {
    for (const { upgrade, seenAt, ...cluster } of clusters) {
      const upgrading = upgrade && {
        upgradingTo: upgrade.to.join(' '),
        upgradingSince: upgrade.since.toISOString(),
      };
      const entity = { ...cluster, ...upgrading, ...seenKeys(cluster.id), seenAt: seenAt.toISOString() };
      await this.table.upsertEntity(entity, 'Replace');
    }
  }

  async remove(clusterId: string): Promise<void> {
    await removeRow(this.table, seenKeys(clusterId));
  }
}

function seenKeys(clusterId: string) {
  return { partitionKey: 'cluster', rowKey: encodeKey(clusterId.toLowerCase()) };
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

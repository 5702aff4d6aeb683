import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { DriftReports } from '../drift/ports.js';
import type { DriftReport } from '../drift/report.js';
import { isDigest } from '../model/artifact.js';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import { packColumns, unpackColumns } from './packed-columns.js';
import { encodeKey, targetKeys } from './table-keys.js';
import { dateColumn as date, eachRow, readRow, removeRow, type StoredRow } from './table-rows.js';

/** Of each list; a report is for people, and a registry may hold anything. */
const mostListed = 2000;

const pulled = z.object({
  repository: z.string(),
  tag: z.string().exactOptional(),
  digest: z.string().refine(isDigest).exactOptional(),
  at: date,
  evidence: z.enum(['log', 'inventory']),
});
const source = z.discriminatedUnion('state', [
  z.object({ state: z.literal('read') }),
  z.object({ state: z.literal('not-configured') }),
  z.object({ state: z.literal('failed'), reason: z.string() }),
]);
const report = z.object({
  clusterId: z.string(),
  kubernetesVersion: z.string().refine(isKubernetesVersion),
  since: date,
  firstMeasuredAt: date,
  measuredAt: date,
  sources: z.object({ inventory: source, log: source }),
  predicted: z.number().int(),
  pulled: z.number().int().exactOptional(),
  escaped: z.array(pulled),
  foreign: z.array(pulled),
  idle: z.array(z.object({ repository: z.string(), tag: z.string() })).exactOptional(),
});

/** Table `syncDrift`: partition = cluster, row = Kubernetes version, the report packed. */
export class TableDriftReports implements DriftReports {
  constructor(private readonly table: TableClient) {}

  async list(): Promise<readonly DriftReport[]> {
    const reports: DriftReport[] = [];
    for await (const entity of eachRow(this.table)) reports.push(reportOf(entity));
    return reports;
  }

  async get(clusterId: string, version: KubernetesVersion): Promise<DriftReport | undefined> {
    const stored = await readRow(this.table, targetKeys(clusterId, version));
    return stored && reportOf(stored);
  }

  async save(drift: DriftReport): Promise<void> {
    const bounded = {
      ...drift,
      escaped: drift.escaped.slice(0, mostListed),
      foreign: drift.foreign.slice(0, mostListed),
    };
    const keys = targetKeys(drift.clusterId, drift.kubernetesVersion);
    await this.table.upsertEntity({ ...keys, ...packColumns(bounded, `the drift of ${drift.clusterId}`) }, 'Replace');
  }

  async remove(clusterId: string): Promise<void> {
    const partitionKey = encodeKey(clusterId.toLowerCase());
    for await (const { rowKey } of eachRow(this.table, partitionKey))
      if (rowKey !== undefined) await removeRow(this.table, { partitionKey, rowKey });
  }
}

function reportOf(entity: StoredRow): DriftReport {
  return report.parse(unpackColumns(entity));
}

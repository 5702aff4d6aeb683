import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { failureCodes } from '../model/errors.js';
import { provesNothing, withOutage, type RegistryProof, type RegistryProofs } from '../warming/registry-proof.js';
import type { Outage } from '../warming/outage.js';
import { encodeKey } from './table-keys.js';
import { dateColumn as date, listRows, readRow, replaceRow } from './table-rows.js';

const row = z
  .object({
    registry: z.string(),
    loginServer: z.string(),
    incarnation: z.string(),
    startedAt: date,
    verifiedAt: date,
    evidence: z.enum(['inventory', 'heads']),
    outageSince: date.optional(),
    outageLastProbe: date.optional(),
    // One that only a later release knows says as much: it was not reached.
    outageCode: z.enum(failureCodes).optional().catch('REGISTRY_UNAVAILABLE'),
    outageReason: z.string().optional(),
  })
  .transform(({ outageSince: since, outageLastProbe: lastProbe, outageCode: code, outageReason: reason, ...proof }) =>
    withOutage(proof, since && lastProbe && code && { since, lastProbe, code, reason: reason ?? code }),
  );

const partitionKey = 'registry';

/** Table `syncRegistries`: one partition, row = registry. A row that cannot be read proves nothing, holds no gate, and gives way to the next. */
export class TableRegistryProofs implements RegistryProofs {
  constructor(private readonly table: TableClient) {}

  async get(registry: string) {
    const stored = await readRow(this.table, { partitionKey, rowKey: encodeKey(registry) });
    return stored && { proof: proofOf(stored, registry), etag: stored.etag };
  }

  async list(): Promise<ReadonlyMap<string, RegistryProof>> {
    const found = await listRows(this.table, row, partitionKey);
    return new Map(found.map((proof) => [proof.registry, proof]));
  }

  async save(proof: RegistryProof, etag: string | undefined): Promise<boolean> {
    const { outage, startedAt, verifiedAt, ...columns } = proof;
    const times = { startedAt: startedAt.toISOString(), verifiedAt: verifiedAt.toISOString() };
    const keys = { partitionKey, rowKey: encodeKey(proof.registry) };
    const entity = { ...columns, ...times, ...(outage ? columnsOf(outage) : {}), ...keys };
    return (await replaceRow(this.table, entity, etag)) !== undefined;
  }
}

function proofOf(entity: unknown, registry: string): RegistryProof {
  const parsed = row.safeParse(entity);
  return parsed.success ? parsed.data : provesNothing(registry, '');
}

function columnsOf({ since, lastProbe, code, reason }: Outage) {
  const times = { outageSince: since.toISOString(), outageLastProbe: lastProbe.toISOString() };
  return { ...times, outageCode: code, outageReason: reason };
}

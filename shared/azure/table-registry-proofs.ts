import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { RegistryProof, RegistryProofs } from '../warming/registry-proof.js';
import { encodeKey } from './table-keys.js';
import { dateColumn as date, listRows, readRow, replaceRow } from './table-rows.js';

const row = z.object({
  registry: z.string(),
  loginServer: z.string(),
  incarnation: z.string(),
  startedAt: date,
  verifiedAt: date,
  evidence: z.enum(['inventory', 'heads']),
});

const partitionKey = 'registry';

/** A row that cannot be read, of a later release or damaged, as a record that proves nothing and gives way to the next. */
const nothing = { loginServer: '', incarnation: '', startedAt: new Date(0), verifiedAt: new Date(0) } as const;

/** Table `syncRegistries`: one partition, row = registry. A row that cannot be read proves nothing, and holds no gate. */
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
    const times = { startedAt: proof.startedAt.toISOString(), verifiedAt: proof.verifiedAt.toISOString() };
    const entity = { ...proof, ...times, partitionKey, rowKey: encodeKey(proof.registry) };
    return (await replaceRow(this.table, entity, etag)) !== undefined;
  }
}

function proofOf(entity: unknown, registry: string): RegistryProof {
  const parsed = row.safeParse(entity);
  return parsed.success ? parsed.data : { ...nothing, registry, evidence: 'heads' };
}

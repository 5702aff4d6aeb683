import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { RegistryProof, RegistryProofs } from '../warming/registry-proof.js';
import { isConflict, isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const date = z.iso.datetime().transform((text) => new Date(text));

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
    try {
      const entity = await this.table.getEntity(partitionKey, encodeKey(registry));
      return { proof: proofOf(entity, registry), etag: entity.etag };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(): Promise<ReadonlyMap<string, RegistryProof>> {
    const found = new Map<string, RegistryProof>();
    const filter = `PartitionKey eq '${partitionKey}'`;
    for await (const entity of this.table.listEntities({ queryOptions: { filter } })) {
      const parsed = row.safeParse(entity);
      if (parsed.success) found.set(parsed.data.registry, parsed.data);
    }
    return found;
  }

  async save(proof: RegistryProof, etag: string | undefined): Promise<boolean> {
    const times = { startedAt: proof.startedAt.toISOString(), verifiedAt: proof.verifiedAt.toISOString() };
    const entity = { ...proof, ...times, partitionKey, rowKey: encodeKey(proof.registry) };
    try {
      if (etag === undefined) await this.table.createEntity(entity);
      else await this.table.updateEntity(entity, 'Replace', { etag });
      return true;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
  }
}

function proofOf(entity: unknown, registry: string): RegistryProof {
  const parsed = row.safeParse(entity);
  return parsed.success ? parsed.data : { ...nothing, registry, evidence: 'heads' };
}

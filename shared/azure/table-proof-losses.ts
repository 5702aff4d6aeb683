import { randomUUID } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { LossMark, ProofLosses } from '../warming/proof-losses.js';
import { isNotFound } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const row = z.object({ token: z.string(), warnedAt: z.iso.datetime().transform((text) => new Date(text)) });
const partitionKey = 'loss';

/** Table `syncRegistries`, partition `loss`: row = registry. A warning that cannot be read is one of just now: nobody remembers anything. */
export class TableProofLosses implements ProofLosses {
  constructor(
    private readonly table: TableClient,
    private readonly now: () => Date,
  ) {}

  async newest(registry: string): Promise<LossMark | undefined> {
    try {
      const parsed = row.safeParse(await this.table.getEntity(partitionKey, encodeKey(registry)));
      return parsed.success ? { token: parsed.data.token, at: parsed.data.warnedAt } : { token: '', at: this.now() };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async warn(registry: string): Promise<void> {
    const warnedAt = this.now().toISOString();
    await this.table.upsertEntity(
      { partitionKey, rowKey: encodeKey(registry), token: randomUUID(), warnedAt },
      'Replace',
    );
  }
}

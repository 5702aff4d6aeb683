import type { TableClient, TableEntityResult, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import { artifactName, isDigest, type ArtifactRef, type Digest } from '../model/artifact.js';
import type { ArtifactStates, StoredState } from '../warming/ports.js';
import type { ArtifactState } from '../warming/state.js';
import { isConflict, isNotFound, mostPerBatch } from './table-errors.js';
import { encodeKey } from './table-keys.js';

const digest = z.string().refine((text): text is Digest => isDigest(text));
const date = z.iso.datetime().transform((text) => new Date(text));

const row = z.object({
  registry: z.string(),
  loginServer: z.string(),
  incarnation: z.string(),
  cachedRepository: z.string(),
  repository: z.string(),
  tag: z.string(),
  digest,
  children: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(digest)),
  pinnedAt: date,
  phase: z.enum(['planned', 'waiting', 'proven', 'failed']),
  step: z.number().int(),
  attempts: z.number().int(),
  provenAt: date.optional(),
  dueAt: date,
  reason: z.string().optional(),
});

type Change = { readonly state: ArtifactState; readonly etag: string | undefined };
type Row = Record<string, string | number> & { partitionKey: string; rowKey: string };

/** Table `syncArtifacts`: partition = registry, row = artifact. One transaction lists up to 1,000 artifacts. */
export class TableArtifactStates implements ArtifactStates {
  constructor(private readonly table: TableClient) {}

  async list(registry: string): Promise<ReadonlyMap<string, StoredState>> {
    const found = new Map<string, StoredState>();
    const filter = `PartitionKey eq '${encodeKey(registry)}'`;
    for await (const entity of this.table.listEntities({ queryOptions: { filter } })) {
      const stored = storedOf(entity);
      found.set(artifactName(stored.state), stored);
    }
    return found;
  }

  async get(registry: string, artifact: ArtifactRef): Promise<StoredState | undefined> {
    try {
      return storedOf(await this.table.getEntity(encodeKey(registry), encodeKey(artifactName(artifact))));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async save(changes: readonly Change[]): Promise<readonly string[]> {
    const lost: string[] = [];
    const registries = Map.groupBy(changes, (change) => change.state.registry);
    for (const ofRegistry of registries.values()) {
      for (let start = 0; start < ofRegistry.length; start += mostPerBatch) {
        lost.push(...(await this.#saveBatch(ofRegistry.slice(start, start + mostPerBatch))));
      }
    }
    return lost;
  }

  /** A batch fails as a whole: only then are its rows written one by one, to find out which were changed by somebody else. */
  async #saveBatch(batch: readonly Change[]): Promise<readonly string[]> {
    const [only] = batch;
    if (batch.length === 1 && only) return await this.#saveOne(only);
    try {
      await this.table.submitTransaction(batch.map(actionOf));
      return [];
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      const lost: string[] = [];
      for (const change of batch) lost.push(...(await this.#saveOne(change)));
      return lost;
    }
  }

  async #saveOne({ state, etag }: Change): Promise<readonly string[]> {
    try {
      if (etag === undefined) await this.table.createEntity(rowOf(state));
      else await this.table.updateEntity(rowOf(state), 'Replace', { etag });
      return [];
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return [artifactName(state)];
      throw error;
    }
  }
}

function actionOf({ state, etag }: Change): TransactionAction {
  return etag === undefined ? ['create', rowOf(state)] : ['update', rowOf(state), 'Replace', { etag }];
}

function rowOf(state: ArtifactState): Row {
  return {
    partitionKey: encodeKey(state.registry),
    rowKey: encodeKey(artifactName(state)),
    registry: state.registry,
    loginServer: state.loginServer,
    incarnation: state.incarnation,
    cachedRepository: state.cachedRepository,
    repository: state.repository,
    tag: state.tag,
    digest: state.digest,
    children: JSON.stringify(state.children),
    pinnedAt: state.pinnedAt.toISOString(),
    phase: state.phase,
    step: state.step,
    attempts: state.attempts,
    dueAt: state.dueAt.toISOString(),
    ...(state.provenAt ? { provenAt: state.provenAt.toISOString() } : {}),
    ...(state.reason === undefined ? {} : { reason: state.reason }),
  };
}

function storedOf(entity: TableEntityResult<Record<string, unknown>>): StoredState {
  const { provenAt, reason, ...rest } = row.parse(entity);
  const state: ArtifactState = {
    ...rest,
    ...(provenAt ? { provenAt } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
  return { state, etag: entity.etag };
}

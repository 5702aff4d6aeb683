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
  // Rows of the first release have none of these: it knew pull-through alone, and proved manifests alone.
  strategy: z.enum(['pull-through', 'pull-blobs', 'import']).default('pull-through'),
  failures: z.number().int().default(0),
  proof: z.enum(['manifests', 'deep']).optional(),
  blobsDone: z.number().int().optional(),
  importToken: z.string().optional(),
  importStartedAt: date.optional(),
  importTries: z.number().int().optional(),
  neededBy: date.optional(),
  failureClass: z.enum(['permanent', 'throttled', 'upstream-down', 'registry-down', 'auth', 'ours']).optional(),
});

type Change = { readonly state: ArtifactState; readonly etag: string | undefined };

/** Others who write rows of the same batch at the same time: several plans of a new registry. */
const mostResubmits = 3;
/** Rows that this instance wrote and no task has asked for yet. */
const mostRemembered = 10_000;
type Row = Record<string, string | number> & { partitionKey: string; rowKey: string };

/** Table `syncArtifacts`: partition = registry, row = artifact. One transaction lists up to 1,000 artifacts. */
export class TableArtifactStates implements ArtifactStates {
  readonly #written = new Map<string, StoredState>();

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

  /** What this instance wrote at the step of a task needs no reading. Each is given once, so that whoever comes again reads. */
  async get(registry: string, artifact: ArtifactRef, step?: number): Promise<StoredState | undefined> {
    const key = `${registry} ${artifactName(artifact)}`;
    const written = this.#written.get(key);
    this.#written.delete(key);
    if (written && written.state.step === step) return written;
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

  /** A batch fails as a whole: what others have written meanwhile is found by one list, and left out of the next try. */
  async #saveBatch(batch: readonly Change[], tries = 0): Promise<readonly string[]> {
    const [first] = batch;
    if (!first) return [];
    if (batch.length === 1) return await this.#saveOne(first);
    if (tries > mostResubmits) return (await Promise.all(batch.map((change) => this.#saveOne(change)))).flat();
    try {
      const { subResponses } = await this.table.submitTransaction(batch.map(actionOf));
      // Answers come in the order of the actions; those of created rows name theirs.
      batch.forEach(({ state }, index) => {
        const { etag, rowKey = keysOf(state).rowKey } = subResponses[index] ?? {};
        if (decodeURIComponent(rowKey) === keysOf(state).rowKey) this.#remember(state, etag);
      });
      return [];
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      const now = await this.list(first.state.registry);
      const isLost = ({ state, etag }: Change): boolean => now.get(artifactName(state))?.etag !== etag;
      const left = batch.filter((change) => !isLost(change));
      const lost = batch.filter(isLost).map(({ state }) => artifactName(state));
      return [...lost, ...(await this.#saveBatch(left, tries + 1))];
    }
  }

  async #saveOne({ state, etag }: Change): Promise<readonly string[]> {
    try {
      const written =
        etag === undefined
          ? await this.table.createEntity(rowOf(state))
          : await this.table.updateEntity(rowOf(state), 'Replace', { etag });
      this.#remember(state, written.etag);
      return [];
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return [artifactName(state)];
      throw error;
    }
  }

  #remember(state: ArtifactState, etag: string | undefined): void {
    if (etag === undefined || state.phase === 'proven' || state.phase === 'failed') return;
    if (this.#written.size >= mostRemembered) this.#written.clear();
    this.#written.set(`${state.registry} ${artifactName(state)}`, { state, etag });
  }
}

function actionOf({ state, etag }: Change): TransactionAction {
  return etag === undefined ? ['create', rowOf(state)] : ['update', rowOf(state), 'Replace', { etag }];
}

function keysOf(state: ArtifactState): { readonly partitionKey: string; readonly rowKey: string } {
  return { partitionKey: encodeKey(state.registry), rowKey: encodeKey(artifactName(state)) };
}

function rowOf(state: ArtifactState): Row {
  const { imports } = state;
  return {
    ...keysOf(state),
    registry: state.registry,
    loginServer: state.loginServer,
    incarnation: state.incarnation,
    cachedRepository: state.cachedRepository,
    repository: state.repository,
    tag: state.tag,
    digest: state.digest,
    children: JSON.stringify(state.children),
    pinnedAt: state.pinnedAt.toISOString(),
    strategy: state.strategy,
    phase: state.phase,
    step: state.step,
    attempts: state.attempts,
    failures: state.failures,
    dueAt: state.dueAt.toISOString(),
    ...present({
      provenAt: state.provenAt?.toISOString(),
      neededBy: state.neededBy?.toISOString(),
      proof: state.proof,
      blobsDone: state.blobsDone,
      importToken: imports?.token,
      importStartedAt: imports?.startedAt.toISOString(),
      importTries: state.importTries,
      reason: state.reason,
      failureClass: state.failureClass,
    }),
  };
}

function storedOf(entity: TableEntityResult<Record<string, unknown>>): StoredState {
  const { provenAt, neededBy, reason, proof, blobsDone, importTries, failureClass, ...others } = row.parse(entity);
  const { importToken, importStartedAt, ...rest } = others;
  const imports = importToken !== undefined && importStartedAt && { token: importToken, startedAt: importStartedAt };
  const state: ArtifactState = {
    ...rest,
    ...present({ provenAt, neededBy, reason, proof, blobsDone, importTries, failureClass }),
    ...(imports ? { imports } : {}),
  };
  return { state, etag: entity.etag };
}

/** The columns that have a value. */
function present<Columns extends object>(
  columns: Columns,
): { [Name in keyof Columns]?: Exclude<Columns[Name], undefined> } {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)) as never;
}

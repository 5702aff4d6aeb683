import { randomUUID } from 'node:crypto';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { artifactName, type ArtifactRef } from '../model/artifact.js';
import type { StateCarrier } from '../warming/carry-states.js';
import type { RecentStates, StoredState, WarmTask } from '../warming/ports.js';
import type { ArtifactState } from '../warming/state.js';
import { carriedBy, keysOf, rowOf, storedOf } from './table-artifact-rows.js';
import { isConflict, isNotFound, mostPerBatch } from './table-errors.js';
import { encodeKey } from './table-keys.js';
import { eachRow, eachRowSince, isLeftBy, readRow, replaceRow, signRow, type StoredRow } from './table-rows.js';

type Change = { readonly state: ArtifactState; readonly etag: string | undefined };

/** Others who write rows of the same batch at the same time: several plans of a new registry. */
const mostResubmits = 3;
/** Of a message: 64 KiB hold 48 KiB before base64, and quotes are escaped twice. */
const longestCarried = 20_000;
/** Rows that this instance wrote and no task has taken along yet. */
const mostRemembered = 10_000;

/** Table `syncArtifacts`: partition = registry, row = artifact. One transaction lists up to 1,000 artifacts. */
export class TableArtifactStates implements RecentStates, StateCarrier {
  readonly #written = new Map<string, StoredState>();

  constructor(private readonly table: TableClient) {}

  async list(registry: string): Promise<ReadonlyMap<string, StoredState>> {
    return await statesOf(eachRow(this.table, encodeKey(registry)), registry);
  }

  async listSince(registry: string, since: Date): Promise<ReadonlyMap<string, StoredState>> {
    return await statesOf(eachRowSince(this.table, encodeKey(registry), since), registry);
  }

  async get(registry: string, artifact: ArtifactRef, task?: WarmTask): Promise<StoredState | undefined> {
    const carried = task && carriedBy(task);
    if (carried) return carried;
    const stored = await readRow(this.table, keysOf({ registry, ...artifact }));
    return stored && storedOf(stored, registry);
  }

  /** Given once: whoever writes next remembers anew. */
  carry(task: WarmTask): string | undefined {
    const key = `${task.registry} ${artifactName(task)}`;
    const written = this.#written.get(key);
    if (written?.state.step !== task.step) return undefined;
    this.#written.delete(key);
    const text = JSON.stringify({ ...rowOf(written.state), etag: written.etag });
    return text.length > longestCarried ? undefined : text;
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

  /**
   * A batch fails as a whole: what others have written meanwhile is found by one list, and left out of the next try. So is what the
   * batch itself has written, when its answer was lost and the client sent it again.
   */
  async #saveBatch(batch: readonly Change[], tries = 0): Promise<readonly string[]> {
    const [first] = batch;
    if (!first) return [];
    if (batch.length === 1) return await this.#saveOne(first);
    if (tries > mostResubmits) return (await Promise.all(batch.map((change) => this.#saveOne(change)))).flat();
    const writeId = randomUUID();
    try {
      const { subResponses } = await this.table.submitTransaction(batch.map((change) => actionOf(change, writeId)));
      // Answers come in the order of the actions; those of created rows name theirs.
      batch.forEach(({ state }, index) => {
        const { etag, rowKey = keysOf(state).rowKey } = subResponses[index] ?? {};
        if (decodeURIComponent(rowKey) === keysOf(state).rowKey) this.#remember(state, etag);
      });
      return [];
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      const now = await this.#rowsOf(first.state.registry);
      const rowOfNow = ({ state }: Change) => now.get(keysOf(state).rowKey);
      const found = Map.groupBy(batch, (change) => {
        if (isLeftBy(rowOfNow(change), writeId)) return 'written';
        return rowOfNow(change)?.etag === change.etag ? 'unchanged' : 'lost';
      });
      for (const change of found.get('written') ?? []) this.#remember(change.state, rowOfNow(change)?.etag);
      const lost = (found.get('lost') ?? []).map(({ state }) => artifactName(state));
      return [...lost, ...(await this.#saveBatch(found.get('unchanged') ?? [], tries + 1))];
    }
  }

  /** By row key. */
  async #rowsOf(registry: string): Promise<ReadonlyMap<string, StoredRow>> {
    const rows = new Map<string, StoredRow>();
    for await (const row of eachRow(this.table, encodeKey(registry))) rows.set(row.rowKey ?? '', row);
    return rows;
  }

  async #saveOne({ state, etag }: Change): Promise<readonly string[]> {
    const written = await replaceRow(this.table, rowOf(state), etag);
    if (written === undefined) return [artifactName(state)];
    this.#remember(state, written);
    return [];
  }

  #remember(state: ArtifactState, etag: string | undefined): void {
    if (etag === undefined || state.phase === 'proven' || state.phase === 'failed') return;
    if (this.#written.size >= mostRemembered) this.#written.clear();
    this.#written.set(`${state.registry} ${artifactName(state)}`, { state, etag });
  }
}

async function statesOf(rows: AsyncIterable<StoredRow>, registry: string): Promise<ReadonlyMap<string, StoredState>> {
  const found = new Map<string, StoredState>();
  for await (const entity of rows) {
    const stored = storedOf(entity, registry);
    if (stored) found.set(artifactName(stored.state), stored);
  }
  return found;
}

function actionOf({ state, etag }: Change, writeId: string): TransactionAction {
  const row = signRow(rowOf(state), writeId);
  return etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag }];
}

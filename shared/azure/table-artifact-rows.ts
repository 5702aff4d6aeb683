import { z } from 'zod';
import { artifactName, type ArtifactRef } from '../model/artifact.js';
import type { StoredState, WarmTask } from '../warming/ports.js';
import { strategies, type ArtifactState } from '../warming/state.js';
import { digestSchema, storedFields } from '../warming/state-schema.js';
import { decodeKey, encodeKey, type RowKeys } from './table-keys.js';
import { dateColumn, jsonColumn, type StoredRow } from './table-rows.js';

const row = z.object({
  ...storedFields,
  children: jsonColumn.pipe(z.array(digestSchema)),
  // Rows of the first release have neither of these: it knew pull-through alone.
  strategy: z.enum(strategies).default('pull-through'),
  failures: z.int().min(0).default(0),
  importToken: z.string().optional(),
  importStartedAt: dateColumn.optional(),
});

/** As a task carries it: nothing that is settled, and of one version: "*" would replace whatever is there. */
const ladenRow = jsonColumn.pipe(row.extend({ phase: z.enum(['planned', 'waiting']), etag: z.string().regex(/[^*]/) }));

type Row = Record<string, string | number> & { partitionKey: string; rowKey: string };

export function keysOf(place: Pick<ArtifactState, 'registry' | 'repository' | 'tag'>): RowKeys {
  return { partitionKey: encodeKey(place.registry), rowKey: encodeKey(artifactName(place)) };
}

export function rowOf(state: ArtifactState): Row {
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
      deepAt: state.deepAt?.toISOString(),
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

/**
 * The state of a row. One that cannot be read, of a later release or damaged, is told as failed long ago: it proves nothing, a plan
 * replaces it, and it hides no other.
 * @returns undefined for an unreadable row that not even tells whose it is
 */
export function storedOf(entity: StoredRow, registry: string): StoredState | undefined {
  const parsed = row.safeParse(entity);
  if (parsed.success) return { state: stateOf(parsed.data), etag: entity.etag };
  const artifact = artifactOf(entity.rowKey ?? '');
  if (!artifact) return undefined;
  const columns = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))].join(', ');
  return { state: unreadable(artifact, registry, columns, entity['step']), etag: entity.etag, unreadable: columns };
}

/** The state that a task carries; undefined when it carries none of its step that can be read: the table has to be asked. */
export function carriedBy({ registry, repository, tag, step, carried }: WarmTask): StoredState | undefined {
  if (carried === undefined) return undefined;
  const parsed = ladenRow.safeParse(carried);
  if (!parsed.success) return undefined;
  const { etag, ...columns } = parsed.data;
  const state = stateOf(columns);
  const isOwn = state.registry === registry && state.repository === repository && state.tag === tag;
  return isOwn && state.step === step ? { state, etag } : undefined;
}

function stateOf({ importToken, importStartedAt, ...state }: z.infer<typeof row>): ArtifactState {
  const isImporting = importToken !== undefined && importStartedAt;
  return isImporting ? { ...state, imports: { token: importToken, startedAt: importStartedAt } } : state;
}

/** @param step of the row: later steps make the tasks of before stale */
function unreadable(artifact: ArtifactRef, registry: string, columns: string, step: unknown): ArtifactState {
  return {
    ...artifact,
    ...{ registry, loginServer: '', incarnation: '', cachedRepository: '' },
    ...{ digest: `sha256:${'0'.repeat(64)}`, children: [], pinnedAt: new Date(0), strategy: 'pull-through' },
    ...{ phase: 'failed', step: typeof step === 'number' && Number.isInteger(step) ? step : 0 },
    ...{ attempts: 0, failures: 0, dueAt: new Date(0), failureClass: 'ours' },
    reason: `its record in table syncArtifacts cannot be read (${columns}): the next plan writes it anew`,
  };
}

function artifactOf(rowKey: string): ArtifactRef | undefined {
  const name = decodeKey(rowKey);
  const colon = name?.lastIndexOf(':') ?? -1;
  return name === undefined || colon < 1 ? undefined : { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

/** The columns that have a value. */
function present<Columns extends object>(
  columns: Columns,
): { [Name in keyof Columns]?: Exclude<Columns[Name], undefined> } {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)) as never;
}

import { constants } from 'node:fs';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import '../model/schema-words.js';
import { artifactName, type ArtifactRef } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { parseJson } from '../model/parse-json.js';
import type { ArtifactStates, StoredState } from '../warming/ports.js';
import type { ArtifactState } from '../warming/state.js';
import { dateSchema, digestSchema, storedFields } from '../warming/state-schema.js';
import { describeIssues } from './describe-issues.js';

const stateSchema = z.object({
  ...storedFields,
  children: z.array(digestSchema),
  imports: z.exactOptional(z.object({ token: z.string(), startedAt: dateSchema })),
}) satisfies z.ZodMiniType<ArtifactState>;
const documentSchema = z.object({ format: z.literal(1), artifacts: z.array(stateSchema) });

/**
 * Artifact states in memory, kept in a file between the runs of a command line. One process at a time: of two that write the same
 * file the last one wins, and what the other proved is looked at again.
 */
export class FileArtifactStates implements ArtifactStates {
  readonly #rows = new Map<string, StoredState>();
  #writes = 0;
  #flushed = 0;

  private constructor(
    private readonly path: string,
    states: readonly ArtifactState[],
  ) {
    for (const state of states) this.#rows.set(keyOf(state.registry, state), { state, etag: '0' });
  }

  /**
   * @param memory "forget" starts from nothing and overwrites the file
   * @throws SyncError INVALID_INPUT for a file that is not ours or broken; STATE_FILE_UNWRITABLE for a folder in which nothing can be
   * kept: better now than after an hour of work
   */
  static async open(path: string, memory: 'keep' | 'forget'): Promise<FileArtifactStates> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await access(dirname(path), constants.W_OK);
    } catch (cause) {
      throw unwritable(path, cause);
    }
    return new FileArtifactStates(path, memory === 'forget' ? [] : await readStates(path));
  }

  async list(registry: string): Promise<ReadonlyMap<string, StoredState>> {
    const own = [...this.#rows.values()].filter(({ state }) => state.registry === registry);
    return new Map(own.map((stored) => [artifactName(stored.state), stored]));
  }

  async get(registry: string, artifact: ArtifactRef): Promise<StoredState | undefined> {
    return this.#rows.get(keyOf(registry, artifact));
  }

  async save(
    changes: readonly { readonly state: ArtifactState; readonly etag: string | undefined }[],
  ): Promise<readonly string[]> {
    return changes.flatMap(({ state, etag }) => {
      const key = keyOf(state.registry, state);
      if (this.#rows.get(key)?.etag !== etag) return [artifactName(state)];
      this.#writes += 1;
      this.#rows.set(key, { state, etag: String(this.#writes) });
      return [];
    });
  }

  /**
   * Writes what has changed since the last time; a reader of the file sees all of it or nothing.
   * @throws SyncError STATE_FILE_UNWRITABLE
   */
  async flush(): Promise<void> {
    if (this.#flushed === this.#writes) return;
    const written = this.#writes;
    const lines = [...this.#rows.values()].map(({ state }) => JSON.stringify(state));
    const draft = `${this.path}.${process.pid}.tmp`;
    try {
      await writeFile(draft, `{"format":1,"artifacts":[\n${lines.join(',\n')}\n]}\n`, { mode: 0o600 });
      await rename(draft, this.path);
    } catch (cause) {
      await rm(draft, { force: true });
      throw unwritable(this.path, cause);
    }
    this.#flushed = written;
  }
}

function keyOf(registry: string, artifact: ArtifactRef): string {
  return `${registry} ${artifactName(artifact)}`;
}

async function readStates(path: string): Promise<readonly ArtifactState[]> {
  const text = await readText(path);
  if (text === undefined) return [];
  const parsed = documentSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.artifacts;
  const why = `not a state that \`warm\` has written: ${describeIssues(parsed.error)}`;
  throw new SyncError('INVALID_INPUT', `state: ${path}: ${why}. Delete it, and everything is looked at again`);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT') return undefined;
    throw new SyncError('INVALID_INPUT', `state: ${path}: it cannot be read (${code})`, { cause });
  }
}

function unwritable(path: string, cause: unknown): SyncError {
  return new SyncError('STATE_FILE_UNWRITABLE', `state: ${path}: it cannot be written (${codeOf(cause)})`, { cause });
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unknown';
}

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const hostKeysSchema = z.object({
  /** Opens everything. */
  master: z.string(),
  /** Host key `default`: opens every function of level "function". */
  default: z.string(),
  /** System key of the Event Grid extension, for its webhook only. */
  eventGrid: z.string(),
});

export type HostKeys = z.infer<typeof hostKeysSchema>;
export type AuthLevel = 'anonymous' | 'function' | 'admin';

/** Fresh keys, 40 random bytes each. */
function createHostKeys(): HostKeys {
  const key = (): string => randomBytes(40).toString('base64url');
  return { master: key(), default: key(), eventGrid: key() };
}

/** The keys in `file`; written there first when there are none yet, so that they survive a restart. */
export async function loadHostKeys(file: string): Promise<HostKeys> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) return hostKeysSchema.parse(JSON.parse(text));
  const keys = createHostKeys();
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

/** Whether `presented` opens an endpoint of this level: `function` takes the host or the master key, `admin` the master key. */
export function opens(level: AuthLevel | 'eventGrid', presented: string | undefined, keys: HostKeys): boolean {
  if (level === 'anonymous') return true;
  if (presented === undefined) return false;
  if (presented === keys.master) return true;
  if (level === 'function') return presented === keys.default;
  return level === 'eventGrid' && presented === keys.eventGrid;
}

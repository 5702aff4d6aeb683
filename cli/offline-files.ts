import type { OfflineDocuments } from '../shared/app/offline-cluster.js';
import { failureTextOf, refusalOf } from '../shared/app/refusal.js';
import { readCatalogFiles, type CatalogFileOptions } from './catalog-files.js';
import { Failed, WrongUse } from './outcome.js';
import { readJson } from './read-json.js';
import { cleanText } from './terminal.js';

/** Options of every command that looks at one cluster from files. */
export interface OfflineOptions extends CatalogFileOptions {
  /** Path of ARM's answer for the cluster. */
  readonly managedCluster: string;
  readonly upgradeProfile?: string;
  /** Target version, `x.y.z`. */
  readonly to: string;
  readonly json?: boolean;
  /** Path of an answer of `GET /api/drift`. */
  readonly observed?: string;
}

/** @throws WrongUse for a file that is missing or no JSON */
export async function readDocuments(options: OfflineOptions): Promise<OfflineDocuments> {
  const { managedCluster, upgradeProfile, observed } = options;
  return {
    managedCluster: { name: managedCluster, content: await readJson('--managed-cluster', managedCluster) },
    upgradeProfile:
      upgradeProfile === undefined
        ? undefined
        : { name: upgradeProfile, content: await readJson('--upgrade-profile', upgradeProfile) },
    catalog: await readCatalogFiles(options),
    ...(observed === undefined
      ? {}
      : { observed: { name: observed, content: await readJson('--observed', observed) } }),
  };
}

/**
 * Lets the app work on what files and options say.
 * @throws WrongUse for input that it refuses, naming the option or the file; Failed for what an operator can act on otherwise
 */
export async function workOn<Result>(
  { to }: { readonly to?: string },
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const refusal = refusalOf(cause);
    if (refusal === undefined) {
      const failure = failureTextOf(cause);
      throw failure === undefined ? cause : new Failed(failure.split('\n').map(cleanText).join('\n'), { cause });
    }
    const named = refusal.replace(/^upstream: /, '--upstream: ');
    throw new WrongUse(to !== undefined && named.includes(`"${to}"`) ? `--to: ${named}` : named, { cause });
  }
}

import type { DoctorReport } from '../shared/app/doctor.js';
import type { SavedAnswer } from '../shared/app/offline-cluster.js';
import { failureTextOf, refusalOf } from '../shared/app/refusal.js';
import { renderDoctor } from './doctor-report.js';
import { exitCodes, Failed, WrongUse, type ExitCode } from './outcome.js';
import { readJson } from './read-json.js';
import { cleanText, displayOf, writeJson, type Terminal } from './terminal.js';

/** Files, or names in Azure; never both. */
export interface DoctorOptions {
  /** Name or resource id. */
  readonly registry?: string;
  /** Resource id. */
  readonly cluster?: string;
  /** Path of what `az acr show` answered. */
  readonly registryFile?: string;
  /** Path of what `az acr cache list` answered. */
  readonly cacheRulesFile?: string;
  /** Path of ARM's answer for the cluster. */
  readonly managedCluster?: string;
  readonly json?: boolean;
}

/**
 * Examines registries; nothing is changed.
 * @returns "failed" where something has to be repaired
 * @throws WrongUse for options that do not go together and files that are not as they have to be; Failed when Azure cannot be asked
 */
export async function runDoctor(options: DoctorOptions, terminal: Terminal): Promise<ExitCode> {
  const { stdout, env } = terminal;
  const report = await asking(() => (isOffline(options) ? examineFiles(options, env) : examineAzure(options, env)));
  const { hasProblems } = await import('../shared/app/doctor.js');
  if (options.json) writeJson(stdout, report);
  else stdout.write(`${renderDoctor(report, displayOf(stdout, env))}\n`);
  return hasProblems(report) ? exitCodes.failed : exitCodes.fine;
}

function isOffline({ registryFile, cacheRulesFile, managedCluster }: DoctorOptions): boolean {
  return [registryFile, cacheRulesFile, managedCluster].some((file) => file !== undefined);
}

async function examineFiles(options: DoctorOptions, env: Terminal['env']): Promise<DoctorReport> {
  const { registryFile, cacheRulesFile, managedCluster, registry, cluster } = options;
  if (registry !== undefined || cluster !== undefined) {
    throw new WrongUse(
      'files or names: --registry and --cluster ask Azure, --registry-file and --cache-rules-file do not',
    );
  }
  if (registryFile === undefined) throw new WrongUse('--registry-file is missing: az acr show --name <registry>');
  if (cacheRulesFile === undefined) {
    throw new WrongUse('--cache-rules-file is missing: az acr cache list --registry <registry>');
  }
  const documents = {
    registry: await saved('--registry-file', registryFile),
    cacheRules: await saved('--cache-rules-file', cacheRulesFile),
    managedCluster: managedCluster === undefined ? undefined : await saved('--managed-cluster', managedCluster),
  };
  const { examineOffline } = await import('../shared/app/doctor-offline.js');
  return examineOffline(documents, env['MAR_HOST'] || 'mcr.microsoft.com');
}

async function saved(option: string, path: string): Promise<SavedAnswer> {
  return { name: path, content: await readJson(option, path) };
}

/** Azure's packages are loaded by this path alone. */
async function examineAzure({ registry, cluster }: DoctorOptions, env: Terminal['env']): Promise<DoctorReport> {
  const azure = await import('../shared/app/doctor-azure.js');
  return azure.examineAzure(
    { ...(registry === undefined ? {} : { registry }), ...(cluster === undefined ? {} : { cluster }) },
    env,
  );
}

async function asking<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const refusal = refusalOf(cause);
    if (refusal !== undefined) throw new WrongUse(refusal, { cause });
    const failure = failureTextOf(cause);
    throw failure === undefined ? cause : new Failed(failure.split('\n').map(cleanText).join('\n'), { cause });
  }
}

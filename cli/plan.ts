import { planOffline, type OfflinePlan } from '../shared/app/offline-plan.js';
import { refusalOf } from '../shared/app/refusal.js';
import { exitCodes, WrongUse, type ExitCode } from './outcome.js';
import { renderRemarks } from './plan-remarks.js';
import { readJson } from './read-json.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

export interface PlanOptions {
  /** Path of ARM's answer for the cluster. */
  readonly managedCluster: string;
  readonly upgradeProfile?: string;
  /** Target version, `x.y.z`. */
  readonly to: string;
  readonly json?: boolean;
}

/**
 * Prints what a cluster will pull, from saved answers of ARM. Unresolved components leave the exit code at 0, and are announced on stderr.
 * @throws WrongUse for a file that is missing or not as it has to be
 */
export async function runPlan(options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const { managedCluster, upgradeProfile, to } = options;
  const documents = {
    managedCluster: { name: managedCluster, content: await readJson('--managed-cluster', managedCluster) },
    upgradeProfile:
      upgradeProfile === undefined
        ? undefined
        : { name: upgradeProfile, content: await readJson('--upgrade-profile', upgradeProfile) },
  };
  const plan = refuse(() => planOffline(documents, to), to);
  const { stdout, stderr, env } = terminal;
  if (options.json) {
    writeJson(stdout, plan.document);
  } else {
    // Only people need tables: a pipeline does not wait for them to load.
    const { renderPlan } = await import('./plan-report.js');
    stdout.write(`${renderPlan(plan, displayOf(stdout, env))}\n`);
  }
  const remarks = renderRemarks(plan, displayOf(stderr, env));
  if (remarks !== '') stderr.write(`${remarks}\n`);
  return exitCodes.fine;
}

function refuse(plan: () => OfflinePlan, to: string): OfflinePlan {
  try {
    return plan();
  } catch (cause) {
    const refusal = refusalOf(cause);
    if (refusal === undefined) throw cause;
    throw new WrongUse(refusal.includes(`"${to}"`) ? `--to: ${refusal}` : refusal, { cause });
  }
}

import { planOffline, type RulesOfPlan } from '../shared/app/offline-plan.js';
import { readDocuments, workOn } from './offline-files.js';
import { exitCodes, WrongUse, type ExitCode } from './outcome.js';
import type { DiffOptions } from './plan-diff.js';
import { remarksOfPlan, writeRemarks } from './plan-remarks.js';
import { readJson } from './read-json.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

/** `upstream` with `diff` only. */
export interface PlanOptions extends DiffOptions {
  /** Only what changes from the version that the cluster runs. */
  readonly diff?: boolean;
  /** Path of what `az acr cache list` answered. */
  readonly cacheRulesFile?: string;
}

/**
 * Prints what a cluster will pull, from saved answers of ARM. Unresolved components leave the exit code at 0, and are announced on stderr.
 * @throws WrongUse for a file that is missing or not as it has to be; Failed when sizes cannot be read
 */
export async function runPlan(options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  // Only people need tables, and few ask for differences: a pipeline does not wait for what it does not use.
  if (options.diff && options.cacheRulesFile !== undefined)
    throw new WrongUse('--cache-rules-file and --diff do not go together');
  if (options.diff) return (await import('./plan-diff.js')).runPlanDiff(options, terminal);
  if (options.upstream !== undefined) throw new WrongUse('--upstream needs --diff: a plan shows no sizes');
  const documents = await readDocuments(options);
  const { stdout, env } = terminal;
  const rules = await readRules(options, env);
  const plan = await workOn(options, () => planOffline(documents, options.to, rules));
  if (options.json) {
    writeJson(stdout, plan.document);
  } else {
    const { renderPlan } = await import('./plan-report.js');
    stdout.write(`${renderPlan(plan, displayOf(stdout, env))}\n`);
  }
  writeRemarks(remarksOfPlan(plan), terminal);
  return exitCodes.fine;
}

async function readRules({ cacheRulesFile }: PlanOptions, env: Terminal['env']): Promise<RulesOfPlan | undefined> {
  if (cacheRulesFile === undefined) return undefined;
  const content = await readJson('--cache-rules-file', cacheRulesFile);
  return { document: { name: cacheRulesFile, content }, marHost: env['MAR_HOST'] || 'mcr.microsoft.com' };
}

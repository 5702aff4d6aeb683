import { diffOffline } from '../shared/app/offline-diff.js';
import { readDocuments, workOn, type OfflineOptions } from './offline-files.js';
import { exitCodes, type ExitCode } from './outcome.js';
import { count, remarksOfGaps, writeRemarks } from './plan-remarks.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

export interface DiffOptions extends OfflineOptions {
  /** Registry to read sizes from; undefined: none is asked. */
  readonly upstream?: string;
}

/** Prints what changes from the version that a cluster runs to the target. @throws as `runPlan` */
export async function runPlanDiff(options: DiffOptions, terminal: Terminal): Promise<ExitCode> {
  const documents = await readDocuments(options);
  const diff = await workOn(options, () => diffOffline(documents, options.to, options.upstream));
  const { document, remarks } = diff;
  const { stdout, env } = terminal;
  if (options.json) {
    writeJson(stdout, document);
  } else {
    const { renderDiff } = await import('./diff-report.js');
    stdout.write(`${renderDiff(diff, displayOf(stdout, env))}\n`);
  }
  const unmeasured = document.unmeasured?.length ?? 0;
  const incomplete = `The size of ${count(unmeasured, 'artifact', 'artifacts')} could not be read, so the total is too small.`;
  const gaps = remarksOfGaps(document, document.to);
  writeRemarks([...remarks, ...gaps, ...(unmeasured === 0 ? [] : [incomplete])], terminal);
  return exitCodes.fine;
}

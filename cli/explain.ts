import { explainOffline } from '../shared/app/offline-explain.js';
import { readDocuments, workOn, type OfflineOptions } from './offline-files.js';
import { exitCodes, WrongUse, type ExitCode } from './outcome.js';
import { writeRemarks } from './plan-remarks.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

/**
 * Prints why something is or is not in the set of a cluster; every answer ends with 0.
 * @param name component, repository or image
 * @throws WrongUse for a file that is missing or not as it has to be
 */
export async function runExplain(name: string, options: OfflineOptions, terminal: Terminal): Promise<ExitCode> {
  if (name.trim() === '') throw new WrongUse('the name is empty: wanted is a component, a repository or an image');
  const documents = await readDocuments(options);
  const explanation = await workOn(options, () => explainOffline(documents, options.to, name));
  const { stdout, env } = terminal;
  if (options.json) {
    writeJson(stdout, explanation.document);
  } else {
    const { renderExplanation } = await import('./explain-report.js');
    stdout.write(`${renderExplanation(explanation, displayOf(stdout, env))}\n`);
  }
  writeRemarks(explanation.remarks, terminal);
  return exitCodes.fine;
}

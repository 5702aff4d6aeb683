import { parseGateRequest } from '../shared/app/requests.js';
import { gateAnswer } from './app-answers.js';
import { readAddress, type AppOptions } from './app-address.js';
import { askApp } from './ask-app.js';
import { checkOptions } from './check-options.js';
import { renderGate } from './gate-report.js';
import { exitCodes, Failed, type ExitCode } from './outcome.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

export interface GateOptions extends AppOptions {
  /** Resource id. */
  readonly cluster: string;
  /** `x.y.z`, or `current` */
  readonly version: string;
  readonly json?: boolean;
}

/**
 * Asks whether a cluster may upgrade. Anything but a proven "open" about exactly this cluster and version ends with another code than 0.
 * @throws WrongUse, Failed
 */
export async function runGate(options: GateOptions, { stdout, env }: Terminal): Promise<ExitCode> {
  const { cluster, version } = options;
  const query = new URLSearchParams({ cluster, version });
  checkOptions(() => parseGateRequest(query));
  const address = readAddress(options, env);
  const { content, document } = await askApp(
    address,
    { method: 'GET', path: `/api/gate?${query.toString()}` },
    gateAnswer,
  );
  const isAboutIt =
    content.cluster.toLowerCase() === cluster.replace(/\/$/, '').toLowerCase() &&
    (version === 'current' || content.kubernetesVersion === version);
  if (!isAboutIt) {
    throw new Failed(`${address.url} answered about ${content.cluster} and ${content.kubernetesVersion} instead`);
  }
  if (options.json) writeJson(stdout, document);
  else stdout.write(`${renderGate(content, displayOf(stdout, env))}\n`);
  return content.decision === 'open' ? exitCodes.fine : exitCodes.gateClosed;
}

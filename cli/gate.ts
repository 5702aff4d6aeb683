import { setTimeout as delay } from 'node:timers/promises';
import { parseGateRequest } from '../shared/app/requests.js';
import { gateAnswer, type GateAnswer } from './app-answers.js';
import { readAddress, type AppAddress, type AppOptions } from './app-address.js';
import { askApp, type Answer } from './ask-app.js';
import { checkOptions } from './check-options.js';
import { formatDuration, parseDuration } from './duration.js';
import { renderGate } from './gate-report.js';
import { exitCodes, Failed, WrongUse, type ExitCode } from './outcome.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';
import { waitForGate, type Waited, type WaitPolicy } from './wait-for-gate.js';

export interface GateOptions extends AppOptions {
  /** Resource id. */
  readonly cluster: string;
  /** `x.y.z`, or `current`: the version that the cluster runs. */
  readonly version: string;
  /** Ask until the gate is open. */
  readonly wait?: boolean;
  /** How long at most, such as `30m`. */
  readonly timeout?: string;
  readonly poll?: string;
  readonly json?: boolean;
}

/**
 * Asks whether a cluster may upgrade. Anything but a proven "open" about exactly this cluster and version ends with another code than 0.
 * @throws WrongUse, Failed
 */
export async function runGate(options: GateOptions, terminal: Terminal): Promise<ExitCode> {
  const policy = waitPolicyOf(options);
  const query = new URLSearchParams({ cluster: options.cluster, version: options.version });
  checkOptions(() => parseGateRequest(query));
  const address = readAddress(options, terminal.env);
  if (policy) return await waitAndReport(options, policy, address, terminal);
  const answer = await askGate(options, address);
  report(answer, options, terminal);
  return answer.content.decision === 'open' ? exitCodes.fine : exitCodes.gateClosed;
}

function waitPolicyOf({ wait, timeout, poll }: GateOptions): WaitPolicy | undefined {
  if (!wait) {
    const lonely = timeout === undefined ? (poll === undefined ? undefined : '--poll') : '--timeout';
    if (lonely !== undefined) throw new WrongUse(`${lonely} goes with --wait`);
    return undefined;
  }
  return {
    timeoutSeconds: parseDuration(timeout ?? '1h', '--timeout'),
    pollSeconds: parseDuration(poll ?? '30s', '--poll'),
  };
}

async function askGate(
  { cluster, version }: GateOptions,
  address: AppAddress,
  patienceSeconds?: number,
): Promise<Answer<GateAnswer>> {
  const query = new URLSearchParams({ cluster, version });
  const patience = patienceSeconds === undefined ? {} : { patienceSeconds };
  const path = `/api/gate?${query.toString()}`;
  const answer = await askApp(address, { method: 'GET', path, ...patience }, gateAnswer);
  const { content } = answer;
  const isAboutIt =
    content.cluster.toLowerCase() === cluster.replace(/\/$/, '').toLowerCase() &&
    (version === 'current' || content.kubernetesVersion === version);
  if (isAboutIt) return answer;
  throw new Failed(`${address.url} answered about ${content.cluster} and ${content.kubernetesVersion} instead`);
}

/** Progress goes to stderr: stdout has the result alone. */
async function waitAndReport(
  options: GateOptions,
  policy: WaitPolicy,
  address: AppAddress,
  terminal: Terminal,
): Promise<ExitCode> {
  const startedAt = Date.now();
  const waited = await waitForGate(policy, {
    ask: (patienceSeconds) => askGate(options, address, patienceSeconds),
    tell: (line) => void terminal.stderr.write(`${line}\n`),
    sleep: (seconds) => delay(seconds * 1000),
    now: () => new Date(),
  });
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  if (options.json) writeJson(terminal.stdout, documentOf(waited, options, seconds));
  else if (waited.last) report(waited.last, options, terminal);
  if (waited.outcome === 'open') return exitCodes.fine;
  const within = formatDuration(policy.timeoutSeconds);
  if (waited.outcome === 'unreachable') {
    const before = waited.last ? `; before, the gate was ${waited.last.content.decision}` : '';
    throw new Failed(`not known to be open within ${within}${before}: ${waited.failure.message}`);
  }
  terminal.stderr.write(`Not open within ${within}: what is missing, and why, is told above.\n`);
  return exitCodes.gateClosed;
}

/** The app's last answer and how the waiting ended; where there is none, nobody knows. */
function documentOf(waited: Waited, { cluster, version }: GateOptions, seconds: number): unknown {
  const nothing = { cluster, kubernetesVersion: version, decision: 'unknown', missing: [], reasons: [] };
  const failure = waited.outcome === 'unreachable' ? { failure: waited.failure.message } : {};
  return {
    ...(waited.last?.document ?? nothing),
    waited: { outcome: waited.outcome, seconds, ...failure },
  };
}

function report({ content, document }: Answer<GateAnswer>, { json }: GateOptions, { stdout, env }: Terminal): void {
  if (json) writeJson(stdout, document);
  else stdout.write(`${renderGate(content, displayOf(stdout, env))}\n`);
}

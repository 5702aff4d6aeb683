import { homedir } from 'node:os';
import { join } from 'node:path';
import { failureTextOf, refusalOf } from '../shared/app/refusal.js';
import { parseWarmPlan } from '../shared/app/warm-plan.js';
import { warm } from '../shared/app/warm.js';
import type { Credentials, WarmRequest } from '../shared/app/warm-request.js';
import { exitCodes, Failed, WrongUse, type ExitCode } from './outcome.js';
import { parseJsonText, readJson } from './read-json.js';
import { cleanText, displayOf, writeJson, type Terminal } from './terminal.js';
import { showProgress } from './warm-progress.js';
import { renderWarm, warmDocument, type WarmOutcome } from './warm-report.js';

export interface WarmOptions {
  /** File, or `-` for stdin. */
  readonly plan: string;
  readonly registry: string;
  readonly upstream?: string;
  readonly prefix?: string;
  readonly strategy: string;
  readonly proof: string;
  readonly concurrency: string;
  /** Percent. */
  readonly budgetShare: string;
  readonly tries: string;
  readonly wait: string;
  readonly recheck?: boolean;
  readonly state?: string;
  readonly username?: string;
  readonly json?: boolean;
}

const passwordVariable = 'AKS_ARTIFACT_SYNC_REGISTRY_PASSWORD';
const longestWaitMinutes = 24 * 60;
const mostConcurrent = 256;

/**
 * Fills a registry with what a plan names. Exit code 0 when everything is proven.
 * @throws WrongUse for options, plan or state that are not as they have to be; Failed when ARM or an identity fails
 */
export async function runWarmCommand(options: WarmOptions, terminal: Terminal): Promise<ExitCode> {
  const request = await requestOf(options, terminal);
  const stop = new AbortController();
  const end = (reason: string) => () => stop.abort(reason);
  const waiting = setTimeout(end('out of time'), wholeNumber('--wait', options.wait, longestWaitMinutes) * 60_000);
  const interrupt = end('interrupted');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) terminal.once?.(signal, interrupt);
  const progress = await showProgress(request.plan.artifacts.length, terminal);
  try {
    const answer = { ...(await warm(request, progress, stop.signal)), unresolved: request.plan.unresolved };
    progress.end();
    report(answer, request, options, terminal, stop.signal);
    return isWarm(answer, request) ? exitCodes.fine : exitCodes.failed;
  } catch (cause) {
    progress.end();
    throw translated(cause);
  } finally {
    clearTimeout(waiting);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) terminal.off?.(signal, interrupt);
  }
}

/**
 * Whoever asks for imports knows that no rule fills the registry; otherwise nodes would not get what is proven. Of nothing nothing is
 * proven: no plan of a cluster is empty. What the plan could not name nodes pull all the same.
 */
function isWarm({ proven, required, findings, unresolved }: WarmOutcome, { strategy }: WarmRequest): boolean {
  const isMeant = strategy === 'import' && findings.every(({ code }) => code === 'cache-rule-missing');
  return required > 0 && proven === required && unresolved.length === 0 && (findings.length === 0 || isMeant);
}

function report(
  answer: WarmOutcome,
  request: WarmRequest,
  { json }: WarmOptions,
  { stdout, stderr, env }: Terminal,
  stop: AbortSignal,
): void {
  const { colors } = displayOf(stderr, env);
  const warn = (text: string) => stderr.write(`${colors.yellow('warning:')} ${cleanText(text)}\n`);
  if (answer.pinnedBy.kind === 'earlier') {
    const { message } = answer.pinnedBy.error;
    warn(`the upstream did not name all digests (${message}); used are those of the last run, else the registry's own`);
  }
  if (answer.unresolved.length > 0) {
    warn(`the plan does not name what these need: ${answer.unresolved.join(', ')}; nobody can warm that`);
  }
  if (answer.required === 0) warn('the plan names no artifact: nothing was proven');
  if (answer.unsaved) warn(`${answer.unsaved.message}: the next run looks at everything again`);
  if (answer.isStopped) warn(`${String(stop.reason)}: stopped; the same command goes on from here`);
  if (json) writeJson(stdout, warmDocument(answer));
  else stdout.write(`${renderWarm(answer, isWarm(answer, request) ? 'warm' : 'not-warm', displayOf(stdout, env))}\n`);
}

async function requestOf(options: WarmOptions, terminal: Terminal): Promise<WarmRequest> {
  const { upstream, prefix, registry } = options;
  const strategy = oneOf('--strategy', options.strategy, ['auto', 'pull-through', 'import']);
  const proof = oneOf('--proof', options.proof, ['deep', 'manifests']);
  const concurrency = wholeNumber('--concurrency', options.concurrency, mostConcurrent);
  const budgetShare = wholeNumber('--budget-share', options.budgetShare, 100) / 100;
  const marHost = terminal.env['MAR_HOST'] || 'mcr.microsoft.com';
  const mostFailures = wholeNumber('--tries', options.tries, 100);
  if (prefix !== undefined && !/^([a-z0-9]+([._-]+[a-z0-9]+)*(\/(?!$))?)*$/.test(prefix)) {
    throw new WrongUse('--prefix: wanted is the path of a repository, without a slash at its ends; empty for none');
  }
  const credentials = credentialsOf(options, terminal.env);
  const stateFile = (name: string) => options.state ?? defaultStateFile(name, terminal.env);
  try {
    const plan = parseWarmPlan(await readPlan(options.plan, terminal), `--plan ${options.plan}`);
    const memory = options.recheck ? 'forget' : 'keep';
    return {
      ...{ plan, registry, upstream, prefix, strategy, proof, concurrency, mostFailures },
      ...{ budgetShare, marHost, memory, credentials, stateFile },
    };
  } catch (cause) {
    throw translated(cause);
  }
}

async function readPlan(path: string, { stdin }: Terminal): Promise<unknown> {
  if (path !== '-') return await readJson('--plan', path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin ?? []) chunks.push(Buffer.from(chunk));
  return parseJsonText('--plan', path, Buffer.concat(chunks));
}

/** A password in an option would stand in the list of processes. */
function credentialsOf({ username }: WarmOptions, env: Terminal['env']): Credentials | undefined {
  if (username === undefined) return undefined;
  const password = env[passwordVariable];
  if (password === undefined) throw new WrongUse(`--username needs a password in ${passwordVariable}`);
  return { username, password };
}

function defaultStateFile(name: string, env: Terminal['env']): string {
  const home = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  return join(home, 'aks-artifact-sync', `warm-${name}.json`);
}

function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word === undefined) throw new WrongUse(`${option}: wanted is one of ${words.join(', ')}`);
  return word;
}

function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new WrongUse(`${option}: wanted is a whole number from 1 to ${most}`);
}

function translated(cause: unknown): unknown {
  const refusal = refusalOf(cause);
  if (refusal !== undefined) return new WrongUse(cleanText(refusal.replace(/^(?=\w+: )/, '--')), { cause });
  const failure = failureTextOf(cause);
  return failure === undefined ? cause : new Failed(failure.split('\n').map(cleanText).join('\n'), { cause });
}

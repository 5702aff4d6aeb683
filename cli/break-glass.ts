import { parseBreakRequest, parseMendRequest } from '../shared/app/break-glass-requests.js';
import { breakGlassAnswer, mendGlassAnswer } from './app-answers.js';
import { readAddress, type AppOptions } from './app-address.js';
import { askApp } from './ask-app.js';
import { checkOptions } from './check-options.js';
import { renderGlass, shortTime } from './gate-report.js';
import { exitCodes, type ExitCode } from './outcome.js';
import { displayOf, writeJson, type Terminal } from './terminal.js';

export interface BreakGlassOptions extends AppOptions {
  /** Resource id. */
  readonly cluster: string;
  /** `x.y.z`, or `current` */
  readonly version: string;
  readonly reason?: string;
  readonly hours?: string;
  /** Unless the app knows who is signed in. */
  readonly who?: string;
  /** Shuts the gate again. */
  readonly mend?: boolean;
  readonly json?: boolean;
}

const path = '/api/break-glass';

/** Opens one gate by hand for some hours, or shuts it again. Idempotent: the last word counts. @throws WrongUse, Failed */
export async function runBreakGlass(options: BreakGlassOptions, terminal: Terminal): Promise<ExitCode> {
  const who = options.who ?? terminal.env['USER'] ?? terminal.env['USERNAME'];
  const target = { cluster: options.cluster, kubernetesVersion: options.version, ...(who ? { who } : {}) };
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  if (options.mend) return await mend({ ...target, ...reason }, options, terminal);
  const { stdout, env } = terminal;
  const body = { ...target, ...reason, expiresInHours: Number(options.hours) };
  checkOptions(() => parseBreakRequest(JSON.stringify(body), null));
  const address = readAddress(options, env);
  const { content, document } = await askApp(address, { method: 'POST', path, body }, breakGlassAnswer);
  const name = `${content.clusterId.split('/').at(-1) ?? ''} ${content.kubernetesVersion}`;
  if (options.json) writeJson(stdout, document);
  else stdout.write(`${[renderGlass(content, displayOf(stdout, env), name), ...reachOf(content)].join('\n')}\n`);
  return exitCodes.fine;
}

/** Who breaks a glass in haste must not wait for an approval that never comes. */
function reachOf({ mode }: { readonly mode?: string | undefined }): readonly string[] {
  if (mode !== 'observe') return [];
  return ['Mode observe: nothing is changed in Azure for this cluster; only who asks the gate itself is told "open".'];
}

async function mend(body: object, options: BreakGlassOptions, { stdout, env }: Terminal): Promise<ExitCode> {
  checkOptions(() => parseMendRequest(JSON.stringify(body), null));
  const address = readAddress(options, env);
  const { content, document } = await askApp(address, { method: 'DELETE', path, body }, mendGlassAnswer);
  const { mended } = content;
  const told = mended
    ? `Mended: proofs decide again. It was broken by ${mended.who} until ${shortTime(mended.expiresAt)}: ${mended.reason}`
    : 'Nothing to mend: no glass is broken for this cluster and version.';
  if (options.json) writeJson(stdout, document);
  else stdout.write(`${told}\n`);
  return exitCodes.fine;
}

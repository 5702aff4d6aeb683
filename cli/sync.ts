import { parseSyncRequest } from '../shared/app/requests.js';
import { syncAnswer, type SyncAnswer } from './app-answers.js';
import { readAddress, type AppOptions } from './app-address.js';
import { askApp } from './ask-app.js';
import { checkOptions } from './check-options.js';
import { exitCodes, type ExitCode } from './outcome.js';
import type { Column } from './fit-columns.js';
import { drawTable } from './table.js';
import { displayOf, writeJson, type Display, type Terminal } from './terminal.js';

export interface SyncOptions extends AppOptions {
  /** Resource id; undefined: every cluster of the subscription. */
  readonly cluster?: string;
  /** `x.y.z`; undefined: every version that AKS offers. */
  readonly version?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Makes the app plan and warm now. Idempotent: what is planned is planned anew, what is cached stays. @throws WrongUse, Failed */
export async function runSync(options: SyncOptions, { stdout, env }: Terminal): Promise<ExitCode> {
  const body = {
    ...(options.cluster === undefined ? {} : { clusterId: options.cluster }),
    ...(options.version === undefined ? {} : { kubernetesVersion: options.version }),
    dryRun: options.dryRun === true,
  };
  checkOptions(() => parseSyncRequest(JSON.stringify(body)));
  const address = readAddress(options, env);
  const { content, document } = await askApp(address, { method: 'POST', path: '/api/sync', body }, syncAnswer);
  if (options.json) writeJson(stdout, document);
  else stdout.write(`${renderSync(content, displayOf(stdout, env))}\n`);
  return exitCodes.fine;
}

const columns: readonly Column[] = [
  { head: 'cluster', breaks: 'nowhere' },
  { head: 'versions', breaks: 'between-words' },
  { head: 'why not', breaks: 'between-words' },
];

function renderSync({ runId, dryRun, clusters }: SyncAnswer, display: Display): string {
  const targets = clusters.flatMap((cluster) => cluster.targets).length;
  const asked = `${targets} ${targets === 1 ? 'plan' : 'plans'} of ${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}`;
  const head = dryRun ? `Dry run: would ask for ${asked}; nothing was changed.` : `Asked for ${asked}, run ${runId}.`;
  const rows = clusters.map(({ name, targets: versions, finding }) => [
    name,
    versions.join(', ') || '-',
    finding ?? '',
  ]);
  const follow = dryRun || targets === 0 ? [] : [display.colors.dim('To see how far it is: aks-artifact-sync status')];
  return [display.colors.bold(head), ...(rows.length === 0 ? [] : [drawTable(columns, rows, display)]), ...follow].join(
    '\n',
  );
}

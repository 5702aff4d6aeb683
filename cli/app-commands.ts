import type { Command } from 'commander';
import type { AuditOptions } from './audit.js';
import type { BreakGlassOptions } from './break-glass.js';
import type { GateOptions } from './gate.js';
import { exitCodeHelp, type ExitCode } from './outcome.js';
import type { ReplayOptions } from './replay.js';
import type { StatusOptions } from './status.js';
import type { SyncOptions } from './sync.js';
import type { Terminal } from './terminal.js';

/** Commands that ask a running app. */
export function addAppCommands(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  addGate(program, terminal, end);
  addStatus(program, terminal, end);
  addSync(program, terminal, end);
  addReplay(program, terminal, end);
  addBreakGlass(program, terminal, end);
  addAudit(program, terminal, end);
}

const helpWith = (keys: string, query: string) => `
Needs a running app and ${keys}. The key travels in a header; in the environment it stays out of the
list of processes and the history of the shell:
  export AKS_ARTIFACT_SYNC_URL=https://contoso-sync.azurewebsites.net
  export AKS_ARTIFACT_SYNC_KEY=$(az functionapp keys list -g sync -n contoso-sync --query ${query} -o tsv)
An app with built-in authentication also wants an Entra token, in AKS_ARTIFACT_SYNC_TOKEN: docs/operations.md.
`;
const appHelp = helpWith('one of its function keys', 'functionKeys.default');

const appOptions = {
  url: ['--url <address>', 'address of the function app (or AKS_ARTIFACT_SYNC_URL)'],
  key: ['--key <key>', 'function key (better: AKS_ARTIFACT_SYNC_KEY)'],
  json: ['--json', 'print the answer of the app as JSON'],
} as const;

function addGate(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('gate')
    .description('Ask a running app whether a cluster may upgrade to a version: exit code 0 only if it may.')
    .requiredOption('--cluster <id>', 'resource id of the cluster')
    .requiredOption('--version <x.y.z>', 'Kubernetes version to upgrade to; current: new node images')
    .option('--wait', 'ask until the gate is open; progress is told on stderr')
    .option('--timeout <duration>', 'with --wait: how long at most, such as 90s, 30m or 2h (default: 1h)')
    .option('--poll <duration>', 'with --wait: time between two questions (default: 30s)')
    .option(...appOptions.url)
    .option(...appOptions.key)
    .option(...appOptions.json)
    .addHelpText(
      'after',
      `${appHelp}
Example, as a step of a pipeline:
  aks-artifact-sync gate --cluster "$CLUSTER_ID" --version 1.35.6 --wait --timeout 2h &&
    az aks upgrade -g "$GROUP" -n "$CLUSTER" -k 1.35.6 --yes

With --wait: exit code 3 when it is not open in time, 1 when the app could not be reached at the end.
${exitCodeHelp}`,
    )
    .action(async (options: GateOptions) => end(await (await import('./gate.js')).runGate(options, terminal)));
}

function addStatus(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('status')
    .description('Show where every cluster, registry and Fleet gate stands in a running app.')
    .option(...appOptions.url)
    .option(...appOptions.key)
    .option(...appOptions.json)
    .addHelpText('after', `${appHelp}\nExample:\n  aks-artifact-sync status\n${exitCodeHelp}`)
    .action(async (options: StatusOptions) => end(await (await import('./status.js')).runStatus(options, terminal)));
}

function addReplay(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('replay [id]')
    .description('Have a running app work on messages again that it gave up on. Harmless to repeat.')
    .option('--all', 'every message that was not replayed yet')
    .option(...appOptions.url)
    .option(...appOptions.key)
    .option(...appOptions.json)
    .addHelpText('after', `${appHelp}\nExample:\n  aks-artifact-sync replay --all\n${exitCodeHelp}`)
    .action(async (id: string | undefined, options: ReplayOptions) =>
      end(await (await import('./replay.js')).runReplay(id, options, terminal)),
    );
}

function addSync(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('sync')
    .description('Make a running app plan and warm now. Harmless to repeat.')
    .option('--cluster <id>', 'resource id of one cluster; without it all clusters of the subscription')
    .option('--version <x.y.z>', 'Kubernetes version; without it every version that AKS offers the cluster')
    .option('--dry-run', 'only say what would be planned')
    .option(...appOptions.url)
    .option(...appOptions.key)
    .option(...appOptions.json)
    .addHelpText('after', `${appHelp}\nExample:\n  aks-artifact-sync sync --dry-run\n${exitCodeHelp}`)
    .action(async (options: SyncOptions) => end(await (await import('./sync.js')).runSync(options, terminal)));
}

function addBreakGlass(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('break-glass')
    .description(
      'Open one gate by hand for some hours, whatever is missing, or shut it again. Always in the audit trail.',
    )
    .requiredOption('--cluster <id>', 'resource id of the cluster')
    .requiredOption('--version <x.y.z>', 'Kubernetes version to upgrade to; current: new node images')
    .option('--reason <text>', 'why: everybody will read it')
    .option('--hours <number>', 'how long it stays open: 72 at most')
    .option('--who <name>', 'who you are, where the app does not know who is signed in (default: your user name here)')
    .option('--mend', 'shut it again: proofs decide')
    .option(...appOptions.url)
    .option('--key <key>', 'the master key: no function key will do (better: AKS_ARTIFACT_SYNC_KEY)')
    .option(...appOptions.json)
    .addHelpText(
      'after',
      `${helpWith('its master key', 'masterKey')}
Example:
  aks-artifact-sync break-glass --cluster "$CLUSTER_ID" --version 1.35.6 --hours 4 --reason "CVE-2026-1 cannot wait"
  aks-artifact-sync break-glass --cluster "$CLUSTER_ID" --version 1.35.6 --mend
${exitCodeHelp}`,
    )
    .action(async (options: BreakGlassOptions) =>
      end(await (await import('./break-glass.js')).runBreakGlass(options, terminal)),
    );
}

function addAudit(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('audit')
    .description('Show what a running app changed in Azure, or would have changed, and which glasses were broken.')
    .option('--most <number>', 'how many entries, the newest first: 100 unless told, 1000 at most')
    .option(...appOptions.url)
    .option(...appOptions.key)
    .option(...appOptions.json)
    .addHelpText('after', `${appHelp}\nExample:\n  aks-artifact-sync audit --most 20\n${exitCodeHelp}`)
    .action(async (options: AuditOptions) => end(await (await import('./audit.js')).runAudit(options, terminal)));
}

import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { CatalogOptions } from './catalog.js';
import { addDoctor } from './doctor-command.js';
import { catalogFileOptions } from './catalog-files.js';
import type { GateOptions } from './gate.js';
import type { OfflineOptions } from './offline-files.js';
import { exitCodeHelp, exitCodes, Failed, WrongUse, type ExitCode } from './outcome.js';
import type { PlanOptions } from './plan.js';
import type { StatusOptions } from './status.js';
import type { ReplayOptions } from './replay.js';
import type { SyncOptions } from './sync.js';
import { displayOf, type Terminal } from './terminal.js';
import { addWarm } from './warm-command.js';

/**
 * Runs one command line. Every command loads its own code only, so that `plan` does not wait for what it does not use.
 * @param args without program and script
 * @returns exit code; everything that there is to say was written to `terminal`
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.fine;
  const program = createProgram(terminal, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, terminal);
  }
}

function report(error: unknown, { stderr, env }: Terminal): ExitCode {
  // Commander has written its own message; help and version come this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.wrongUse;
  const { colors } = displayOf(stderr, env);
  const isExpected = error instanceof WrongUse || error instanceof Failed;
  const text = error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error);
  stderr.write(`${colors.red('error:')} ${text}\n`);
  return error instanceof WrongUse ? exitCodes.wrongUse : exitCodes.failed;
}

function createProgram(terminal: Terminal, end: (code: ExitCode) => void): Command {
  const program = createRoot(terminal);
  addPlan(program, terminal, end);
  addWarm(program, terminal, end);
  addExplain(program, terminal, end);
  addCatalog(program, terminal, end);
  addGate(program, terminal, end);
  addStatus(program, terminal, end);
  addSync(program, terminal, end);
  addDoctor(program, terminal, end);
  addReplay(program, terminal, end);
  return program;
}

const appHelp = `
Needs a running app and one of its function keys. The key travels in a header; in the environment it stays out of the
list of processes and the history of the shell:
  export AKS_ARTIFACT_SYNC_URL=https://contoso-sync.azurewebsites.net
  export AKS_ARTIFACT_SYNC_KEY=$(az functionapp keys list -g sync -n contoso-sync --query functionKeys.default -o tsv)
`;

/** Subcommands inherit these settings, so they come first. */
function createRoot({ stdout, stderr, env }: Terminal): Command {
  const helpWidth = (width: number | 'unlimited') => (width === 'unlimited' ? 100 : width);
  return new Command('aks-artifact-sync')
    .description('Knows what a network isolated AKS cluster will pull, and whether its registry has it already.')
    .version(packageJson.version, '--version', 'print the version of this program')
    .helpOption('--help', 'explain a command')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(--help explains)')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // An unknown option is repeated to the user, but not its value: it may be a key.
      outputError: (text, write) => write(text.replace(/'(--?[\w-]+)=[^']*'/g, "'$1'")),
      getOutHelpWidth: () => helpWidth(displayOf(stdout, env).width),
      getErrHelpWidth: () => helpWidth(displayOf(stderr, env).width),
    })
    .addHelpText(
      'after',
      `
Examples:
  aks-artifact-sync plan --managed-cluster cluster.json --upgrade-profile profile.json --to 1.35.6
  aks-artifact-sync explain coredns --managed-cluster cluster.json --upgrade-profile profile.json --to 1.35.6
  aks-artifact-sync warm --plan plan.json --registry contoso.azurecr.io
  aks-artifact-sync gate --cluster <resource id> --version 1.35.6
  aks-artifact-sync status
${exitCodeHelp}`,
    );
}

function addPlan(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('plan')
    .description('List what a cluster will pull for a version. Offline: no Azure, no network, two saved files.')
    .requiredOption('--managed-cluster <file>', "ARM's raw answer for the cluster, as JSON")
    .option('--upgrade-profile <file>', "ARM's raw answer for its upgrade profile: makes versions exact")
    .requiredOption('--to <x.y.z>', 'Kubernetes version to plan for')
    .option(...catalogFileOptions.overrides)
    .option(...catalogFileOptions.agentbaker)
    .option(...catalogFileOptions.vulnerability)
    .option('--diff', 'only what changes from the version that the cluster runs')
    .option('--upstream <url>', 'with --diff: MAR or a mirror of it, whose manifests tell how many bytes are new')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
How to get the files (the answers of \`az aks show\` and \`az aks get-upgrades\` have another shape):
  az rest --method get --url "<cluster id>?api-version=2025-10-01" > cluster.json
  az rest --method get --url "<cluster id>/upgradeProfiles/default?api-version=2025-05-04-preview" > profile.json

Examples:
  aks-artifact-sync plan --managed-cluster cluster.json --upgrade-profile profile.json --to 1.35.6
  aks-artifact-sync plan --managed-cluster cluster.json --to 1.35.6 --json > plan.json
  aks-artifact-sync plan --managed-cluster cluster.json --upgrade-profile profile.json --to 1.35.6 --diff

Components that nobody could name are listed last and announced on stderr; the exit code stays 0.
${exitCodeHelp}`,
    )
    .action(async (options: PlanOptions) => end(await (await import('./plan.js')).runPlan(options, terminal)));
}

function addExplain(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('explain')
    .description('Say why a cluster will or will not pull something. Offline, from the same files as `plan`.')
    .argument('<name>', 'an image, a repository on MAR, or a component as AKS names it')
    .requiredOption('--managed-cluster <file>', "ARM's raw answer for the cluster, as JSON")
    .option('--upgrade-profile <file>', "ARM's raw answer for its upgrade profile: makes versions exact")
    .requiredOption('--to <x.y.z>', 'Kubernetes version to explain for')
    .option(...catalogFileOptions.overrides)
    .option(...catalogFileOptions.agentbaker)
    .option(...catalogFileOptions.vulnerability)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
An image may be named as a pod names it, with its host, the prefix aks-managed-repository/ and a digest behind the tag.
The exit code is 0 for every answer: in, out, unresolved (nobody can tell) and unknown (nobody knows the name).

Examples:
  aks-artifact-sync explain coredns --managed-cluster cluster.json --upgrade-profile profile.json --to 1.35.6
  aks-artifact-sync explain oss/v2/kubernetes/pause:3.6 --managed-cluster cluster.json --to 1.35.6 --json
${exitCodeHelp}`,
    )
    .action(async (name: string, options: OfflineOptions) =>
      end(await (await import('./explain.js')).runExplain(name, options, terminal)),
    );
}

function addCatalog(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('catalog')
    .description(
      'Show what the bundled catalogue knows, how old it is and what it lacks; or how fresh that of an app is.',
    )
    .option(...catalogFileOptions.overrides)
    .option(...catalogFileOptions.agentbaker)
    .option(...catalogFileOptions.vulnerability)
    .option('--url <address>', 'ask this function app instead')
    .option(
      '--key <key>',
      'function key (better: AKS_ARTIFACT_SYNC_KEY); without --url, AKS_ARTIFACT_SYNC_URL is asked',
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Without --url and --key nothing is asked over a network, whatever the environment says.

Examples:
  aks-artifact-sync catalog
  aks-artifact-sync catalog --url https://contoso-sync.azurewebsites.net
${exitCodeHelp}`,
    )
    .action(async (options: CatalogOptions) => end(await (await import('./catalog.js')).runCatalog(options, terminal)));
}

function addGate(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('gate')
    .description('Ask a running app whether a cluster may upgrade to a version: exit code 0 only if it may.')
    .requiredOption('--cluster <id>', 'resource id of the cluster')
    .requiredOption('--version <x.y.z>', 'Kubernetes version to upgrade to')
    .option('--url <address>', 'address of the function app (or AKS_ARTIFACT_SYNC_URL)')
    .option('--key <key>', 'function key (better: AKS_ARTIFACT_SYNC_KEY)')
    .option('--json', 'print the answer of the app as JSON')
    .addHelpText(
      'after',
      `${appHelp}
Example, as a step of a pipeline:
  aks-artifact-sync gate --cluster "$CLUSTER_ID" --version 1.35.6 && az aks upgrade --ids "$CLUSTER_ID" -k 1.35.6 --yes
${exitCodeHelp}`,
    )
    .action(async (options: GateOptions) => end(await (await import('./gate.js')).runGate(options, terminal)));
}

function addStatus(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('status')
    .description('Show where every cluster, registry and Fleet gate stands in a running app.')
    .option('--url <address>', 'address of the function app (or AKS_ARTIFACT_SYNC_URL)')
    .option('--key <key>', 'function key (better: AKS_ARTIFACT_SYNC_KEY)')
    .option('--json', 'print the answer of the app as JSON')
    .addHelpText('after', `${appHelp}\nExample:\n  aks-artifact-sync status\n${exitCodeHelp}`)
    .action(async (options: StatusOptions) => end(await (await import('./status.js')).runStatus(options, terminal)));
}

function addReplay(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('replay [id]')
    .description('Have a running app work on messages again that it gave up on. Harmless to repeat.')
    .option('--all', 'every message that was not replayed yet')
    .option('--url <address>', 'address of the function app (or AKS_ARTIFACT_SYNC_URL)')
    .option('--key <key>', 'function key (better: AKS_ARTIFACT_SYNC_KEY)')
    .option('--json', 'print the answer of the app as JSON')
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
    .option('--url <address>', 'address of the function app (or AKS_ARTIFACT_SYNC_URL)')
    .option('--key <key>', 'function key (better: AKS_ARTIFACT_SYNC_KEY)')
    .option('--json', 'print the answer of the app as JSON')
    .addHelpText('after', `${appHelp}\nExample:\n  aks-artifact-sync sync --dry-run\n${exitCodeHelp}`)
    .action(async (options: SyncOptions) => end(await (await import('./sync.js')).runSync(options, terminal)));
}

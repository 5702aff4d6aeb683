import type { Command } from 'commander';
import { catalogFileOptions, observedOption } from './catalog-files.js';
import type { CatalogOptions } from './catalog.js';
import type { OfflineOptions } from './offline-files.js';
import { exitCodeHelp, type ExitCode } from './outcome.js';
import type { PlanOptions } from './plan.js';
import type { Terminal } from './terminal.js';

/** Commands that need files alone. */
export function addOfflineCommands(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  addPlan(program, terminal, end);
  addExplain(program, terminal, end);
  addCatalog(program, terminal, end);
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
    .option(...observedOption)
    .option('--cache-rules-file <file>', 'what `az acr cache list` answered: shows which artifacts ARM has to import')
    .option('--diff', 'only what changes from the version that the cluster runs')
    .option('--upstream <url>', 'with --diff: MAR or a mirror of it, whose manifests tell how many bytes are new')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
How to get the files (the answers of \`az aks show\` and \`az aks get-upgrades\` have another shape):
  az rest --method get --url "<cluster id>?api-version=2026-06-01" > cluster.json
  az rest --method get --url "<cluster id>/upgradeProfiles/default?api-version=2026-08-02-preview" > profile.json

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
    .option(...observedOption)
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

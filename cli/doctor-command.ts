import type { Command } from 'commander';
import type { DoctorOptions } from './doctor.js';
import type { ExitCode } from './outcome.js';
import type { Terminal } from './terminal.js';

/** Adds the command `doctor`; its own code is loaded when it runs. */
export function addDoctor(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('doctor')
    .description(
      'Examine registries before work starts: what is wrong, and the command that repairs it. Changes nothing.',
    )
    .option('--registry <name>', 'one registry, by name or resource id')
    .option('--cluster <id>', 'resource id of a cluster: examine its registry for it')
    .option('--registry-file <file>', 'offline: what `az acr show` answered')
    .option('--cache-rules-file <file>', 'offline: what `az acr cache list` answered')
    .option('--managed-cluster <file>', "offline: ARM's raw answer for the cluster that uses the registry")
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Asks Azure as whoever is logged in (az login, or a managed identity). Run it where the app runs, or on a jump host in
the network of the nodes: what names resolve to, and whether the registry answers, is asked from here. Without
--registry and --cluster every cluster of SUBSCRIPTION_ID is looked at, with its registry.

Offline, from files:
  az acr show --name contoso > registry.json
  az acr cache list --registry contoso > rules.json
  aks-artifact-sync doctor --registry-file registry.json --cache-rules-file rules.json

Exit codes: 0 nothing to repair, 1 something to repair or failed, 2 wrong use.
`,
    )
    .action(async (options: DoctorOptions) => end(await (await import('./doctor.js')).runDoctor(options, terminal)));
}

import { Option, type Command } from 'commander';
import { exitCodeHelp, type ExitCode } from './outcome.js';
import type { Terminal } from './terminal.js';
import type { WarmOptions } from './warm.js';

/** `warm`: what can be said; what it does is in warm.ts. */
export function addWarm(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  program
    .command('warm')
    .description(
      'Fill a registry with what a plan names, and prove it. In this process: no app, and for other registries no Azure.',
    )
    .requiredOption('--plan <file>', 'what `plan --json` has printed; - reads it from stdin')
    .requiredOption('--registry <name>', 'login server, address, or resource id of the registry')
    .option('--upstream <url>', 'what the registry caches, if it is not mcr.microsoft.com')
    .option('--prefix <path>', 'where the registry keeps it (Azure: aks-managed-repository; others: nowhere)')
    .addOption(new Option('--strategy <name>', 'auto, pull-through or import').default('auto'))
    .addOption(new Option('--proof <level>', 'deep (every config and layer) or manifests').default('deep'))
    .option('--concurrency <n>', 'requests to the registry at once', '16')
    .option('--budget-share <percent>', 'part of the documented request limits of ACR and ARM that this run uses', '50')
    .option('--tries <n>', 'failures of one artifact in a row before it is left alone', '5')
    .option('--wait <minutes>', 'end after so long, with what is proven by then', '60')
    .option('--recheck', 'look at everything anew, whatever earlier runs have proven')
    .option('--state <file>', 'what is proven so far (default: by registry, below ~/.local/state)')
    .option('--username <name>', 'for a registry with passwords; the password: AKS_ARTIFACT_SYNC_REGISTRY_PASSWORD')
    .option('--json', 'print one JSON document at the end')
    .addHelpText('after', help)
    .action(async (options: WarmOptions) => end(await (await import('./warm.js')).runWarmCommand(options, terminal)));
}

const help = `
An Azure registry is asked with the identity of this machine or of whoever is signed in (az login). By its login server it is taken
to cache mcr.microsoft.com below --prefix; by its resource id ARM tells its cache rules, and what none covers is imported.
Of any other registry every layer is pulled through and dropped: no other way shows that it can serve it.
Stopped (Ctrl-C) or run again it goes on from what is proven. The exit code is 0 only when everything is proven, the plan names all that
the cluster pulls (nothing is unresolved), and no cache rule that ARM tells of is broken.

What is proven: by the first run, and with --recheck, each manifest, config and layer (--proof manifests: manifests alone). A later
run looks once at the manifest of each, and at everything of what has changed: a layer that was lost or damaged in between it does
not see: recheck after a registry was restored or cleaned up.

Examples:
  aks-artifact-sync plan --managed-cluster cluster.json --to 1.35.6 --json > plan.json
  aks-artifact-sync warm --plan plan.json --registry contoso.azurecr.io
  aks-artifact-sync warm --plan plan.json --registry http://127.0.0.1:5000 --upstream https://mcr.microsoft.com
${exitCodeHelp}`;

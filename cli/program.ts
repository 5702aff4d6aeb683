import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addAppCommands } from './app-commands.js';
import { addDoctor } from './doctor-command.js';
import { addOfflineCommands } from './offline-commands.js';
import { exitCodeHelp, exitCodes, Failed, WrongUse, type ExitCode } from './outcome.js';
import { displayOf, type Terminal } from './terminal.js';
import { addWarm } from './warm-command.js';

/**
 * Runs one command line. Every command loads its own code only, so that `plan` does not wait for what it does not use.
 * @param args without program and script
 * @returns exit code; everything that there is to say was written to `terminal`
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.fine;
  const program = createProgram(args[0], terminal, (code) => (exitCode = code));
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

/** A command that is named first needs no other beside it; help, mistakes and options before it show all. */
function createProgram(first: string | undefined, terminal: Terminal, end: (code: ExitCode) => void): Command {
  const program = createRoot(terminal);
  if (first === 'warm') addWarm(program, terminal, end);
  if (program.commands.length > 0) return program;
  addOfflineCommands(program, terminal, end);
  addWarm(program, terminal, end);
  addDoctor(program, terminal, end);
  addAppCommands(program, terminal, end);
  return program;
}

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

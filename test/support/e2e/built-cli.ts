import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import type { LocalAzure } from '../../../local/azure/local-azure-interface.js';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command line, started as npm links it. */
export const builtCli = resolve('dist/cli/main.js');

export interface Running {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly written: { stdout: string; stderr: string };
  readonly ended: Promise<Ended>;
}

/** @param program another copy of it */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program = builtCli,
): Running {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()));
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail).on('close', (code) => done({ code, ...written }));
  });
  return { child, written, ended };
}

export function runCliBuilt(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return startCli(args, env).ended;
}

/** As whoever runs it in Azure: a managed identity, and no storage. */
export function identityIn(azure: LocalAzure): Readonly<Record<string, string>> {
  return {
    SUBSCRIPTION_ID: azure.subscriptionId,
    ARM_ENDPOINT: azure.armEndpoint,
    IDENTITY_ENDPOINT: azure.identityEndpoint,
    IDENTITY_HEADER: azure.identityHeader,
    NODE_EXTRA_CA_CERTS: azure.caFile,
  };
}

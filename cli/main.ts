#!/usr/bin/env node
/** `aks-artifact-sync`: what it can do is in program.ts. */
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const { env, stdout, stderr } = process;

// From Node 22.1 on, what was compiled is kept for the next start: in a folder of the user's own, as whoever writes there decides what runs.
const keepCompiled = module.enableCompileCache as typeof module.enableCompileCache | undefined;
keepCompiled?.(
  env['NODE_COMPILE_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'aks-artifact-sync'),
);

// A reader that has seen enough (`… | head`) is no failure, and must not turn a closed gate into another exit code.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    stderr.write(`error: the output cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

void import('./program.js')
  .then(({ runProgram }) => runProgram(process.argv.slice(2), process))
  .then((exitCode) => (process.exitCode = exitCode));

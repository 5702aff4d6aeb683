#!/usr/bin/env node
/** `aks-artifact-sync`: what it can do is in program.ts. */
import { runProgram } from './program.js';

// A reader that has seen enough (`… | head`) is no failure, and must not turn a closed gate into another exit code.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await runProgram(process.argv.slice(2), process);

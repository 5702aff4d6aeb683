import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import { relative } from 'node:path';

const slowestShown = 10;

/**
 * A jest reporter: lists what was skipped and why, and which files took longest; as the very last line of standard output it writes
 * `N passed, N failed[, N skipped]`. A test file that could not be run at all counts as one failure.
 */
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults.filter((test) => ['pending', 'todo'].includes(test.status)).map((test) => test.fullName),
    );
    const parts = [
      ...slowestLines(results.testResults),
      ...skippedLines(skipped),
      closingLine(results, skipped.length),
    ];
    const lines = [...parts, ''].join('\n');
    // Jest prints its own summary after all reporters, so the last line has to wait for the end of the process.
    process.once('exit', () => writeAll(process.stdout.fd, lines));
  }
}

/** At the exit nothing can be awaited: a pipe that is full, as its reader is held up, takes the rest later. */
function writeAll(fd, text) {
  for (let rest = Buffer.from(text); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function slowestLines(files) {
  if (files.length <= slowestShown) return [];
  const seconds = ({ perfStats: { start, end } }) => (end - start) / 1000;
  const slowest = [...files].sort((one, other) => seconds(other) - seconds(one)).slice(0, slowestShown);
  return [
    '',
    `The slowest ${slowestShown} of ${files.length} files, in seconds:`,
    ...slowest.map((file) => `${seconds(file).toFixed(1).padStart(7)}  ${relative(process.cwd(), file.testFilePath)}`),
  ];
}

function skippedLines(names) {
  if (names.length === 0) return [];
  return [
    '',
    `!!! ${names.length} SKIPPED, so not shown to work on this machine:`,
    ...names.map((name) => `!!!   ${name}`),
  ];
}

function closingLine(results, skipped) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

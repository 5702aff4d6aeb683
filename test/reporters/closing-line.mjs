import { writeSync } from 'node:fs';

/**
 * A jest reporter: lists what was skipped and why, and as the very last line of standard output writes
 * `N passed, N failed[, N skipped]`. A test file that could not be run at all counts as one failure.
 */
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults.filter((test) => ['pending', 'todo'].includes(test.status)).map((test) => test.fullName),
    );
    const lines = [...skippedLines(skipped), closingLine(results, skipped.length), ''].join('\n');
    // Jest prints its own summary after all reporters, so the last line has to wait for the end of the process.
    process.once('exit', () => writeSync(process.stdout.fd, lines));
  }
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

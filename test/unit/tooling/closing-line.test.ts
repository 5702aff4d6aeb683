import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { isOnPath } from '../../support/requirements.js';

const repository = resolve(__dirname, '../../..');

test('a run ends with what passed and failed, after what was skipped and why', () => {
  const lines = linesOfRun('test/unit/tooling/closing-line');
  expect(lines.at(-1)).toBe('2 passed, 2 failed, 2 skipped');
  expect(lines).toContain('!!! 2 SKIPPED, so not shown to work on this machine:');
  expect(lines).toContain('!!!   at night [skipped because: there is no moon] sees');
  expect(lines.join('\n')).toContain('no-such-tool is not installed (apt-get install no-such-package)');
});

test('a pipe that is full, as its reader comes late, takes the last line all the same', () => {
  const results = JSON.stringify({
    testResults: [],
    numPassedTests: 7,
    numFailedTests: 0,
    numRuntimeErrorTestSuites: 0,
  });
  const report = `import('./test/jest/closing-line.mjs').then((it) => new it.default().onRunComplete([], ${results}))`;
  const command = '{ head -c 65536 /dev/zero; "$0" --eval "$1"; } | { sleep 1; tr -d "\\0"; }';
  const run = spawnSync('sh', ['-c', command, process.execPath, report], { cwd: repository, encoding: 'utf8' });
  expect([run.stdout, run.stderr]).toEqual(['7 passed, 0 failed\n', '']);
});

test('a tool is on the path when it can be executed there', () => {
  expect(isOnPath('sh')).toBe(true);
  expect(isOnPath('no-such-tool')).toBe(false);
});

/** What a run of the fixtures in a folder prints. Both streams as one, as in a terminal: jest's summary must not come last. */
function linesOfRun(folder: string): readonly string[] {
  const jest = join(repository, 'node_modules/jest/bin/jest.js');
  const command = '"$0" "$1" --testMatch "**/*.fixture.ts" --selectProjects "two at a time" --runInBand "$2" 2>&1';
  const run = spawnSync('sh', ['-c', command, process.execPath, jest, folder], { cwd: repository, encoding: 'utf8' });
  return run.stdout.trimEnd().split('\n');
}

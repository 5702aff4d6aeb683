import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

test('the generated documents say what the code says', () => {
  const root = resolve(__dirname, '../../..');
  const run = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/generate-docs.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
});

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start -- <words>` without the installation and the build. */
async function runScenario(...words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', resolve('local/start.ts'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, stdout, stderr };
}

test('the default scenario ends as declared: three clusters open, the Fleet run past its gates, the fourth cluster left alone', async () => {
  const { code, stdout, stderr } = await runScenario('--exit', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('ended as declared') as string });
  const open = (name: string): object => ({
    name,
    isolated: true,
    kubernetesVersion: '1.35.7',
    targets: expect.arrayContaining([
      expect.objectContaining({ kubernetesVersion: '1.35.7', decision: 'open', missing: [], reasons: [] }),
    ]) as unknown,
  });
  interface Target {
    readonly kubernetesVersion: string;
    readonly required: number;
    readonly cached: number;
  }
  const outcome = JSON.parse(stdout) as { clusters: { targets: Target[] }[] };
  expect(outcome).toMatchObject({
    scenario: 'default',
    mode: 'enforce',
    endedAsDeclared: true,
    differences: [],
    problems: [],
    clusters: [
      open('payments'),
      open('shop'),
      open('data'),
      {
        name: 'sandbox',
        isolated: false,
        kubernetesVersion: '1.34.10',
        targets: [],
        finding: expect.stringContaining('not network isolated') as string,
      },
    ],
    updateRuns: [{ name: 'kubernetes-1-35', state: 'Completed' }],
    gates: [{ state: 'Completed' }, { state: 'Completed' }],
  });
  const upgrades = outcome.clusters.flatMap(({ targets }) =>
    targets.filter((one) => one.kubernetesVersion === '1.35.7'),
  );
  for (const { required, cached } of upgrades) {
    expect(required).toBeGreaterThan(25);
    expect(cached).toBe(required);
  }
});

test.each([
  ['an unknown option', ['--frobnicate'], /--frobnicate/],
  [
    'a scenario file that is not there',
    ['--scenario', 'no-such-file.json', '--exit'],
    /no-such-file\.json cannot be read/,
  ],
])('%s is wrong use: exit code 2 and one line', async (_sentence, words, line) => {
  const { code, stdout, stderr } = await runScenario(...words);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(line);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

import { readFileSync } from 'node:fs';
import { matching, runCli } from './run-cli.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

test('--version prints the version, also where a command has an option of this name', async () => {
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(await runCli(['gate', '--version'])).toMatchObject({
    code: 2,
    stderr: matching(/argument missing/),
  });
});

test.each([[[]], [['plan']], [['explain']], [['catalog']], [['gate']], [['status']], [['sync']]])(
  '%j --help says what it needs, gives examples and exit codes',
  async (command) => {
    const { code, stdout, stderr } = await runCli([...command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Usage: aks-artifact-sync/);
    expect(stdout).toMatch(/Example.*:\n {2}aks-artifact-sync /);
    expect(stdout).toContain('Exit codes: 0 fine, 1 failed, 2 wrong use, 3 gate closed or unknown.');
  },
);

test.each([
  ['no command', [], /Usage: /],
  ['an unknown command', ['plam'], /unknown command 'plam'\n\(Did you mean plan\?\)/],
  ['a command that nobody made', ['forecast'], /unknown command 'forecast'/],
])('%s is wrong use', async (_sentence, args, message) => {
  expect(await runCli(args)).toEqual({ code: 2, stdout: '', stderr: matching(message) });
});

describe('every example', () => {
  const examples = (text: string): readonly string[] => text.match(/^ *(?:\$ )?aks-artifact-sync [a-z]+ .*/gm) ?? [];
  const options = (text: string): readonly string[] => text.match(/--[a-z-]+/g) ?? [];

  async function expectKnownOptions(example: string): Promise<void> {
    const [own = ''] = example.split(/&&|>/);
    const [, command = ''] = own.trim().split(' ');
    const { stdout } = await runCli([command, '--help']);
    const known = stdout.slice(0, stdout.indexOf('--help'));
    expect(options(own).filter((option) => !options(known).includes(option))).toEqual([]);
  }

  test('in docs/cli.md uses options that exist', async () => {
    const found = examples(readFileSync('docs/cli.md', 'utf8'));
    expect(found.length).toBeGreaterThan(4);
    for (const example of found) await expectKnownOptions(example);
  });

  test('in the help texts uses options that exist', async () => {
    for (const command of ['plan', 'explain', 'catalog', 'gate', 'status', 'sync']) {
      const found = examples((await runCli([command, '--help'])).stdout.replaceAll(/^Usage.*/gm, ''));
      for (const example of found) await expectKnownOptions(example);
    }
  });
});

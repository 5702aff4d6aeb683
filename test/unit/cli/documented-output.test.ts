import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCli } from './run-cli.js';

const fixture = (file: string): string => resolve('test/fixtures/arm', file);
/** The files of the examples: the sample cluster that their output is about. */
const files: Readonly<Record<string, string>> = {
  'cluster.json': fixture('mixed-arm.cluster.json'),
  'profile.json': fixture('mixed-arm.upgrades.json'),
};

/** Blocks of output in docs/cli.md that follow a command which needs no app, with that command. */
function documentedRuns(): readonly (readonly [string, string])[] {
  const text = readFileSync('docs/cli.md', 'utf8');
  const blocks = text.matchAll(
    /```sh\n[^`]*?(aks-artifact-sync (?:plan|explain|catalog) [^`]*?|aks-artifact-sync catalog)\n```\n\n```text\n([^`]*)```/g,
  );
  return [...blocks].map(([, command = '', output = '']) => [command, output] as const);
}

/** An output with `…` for what was left out: of whole lines, or of the end of one. */
function patternOf(output: string): RegExp {
  const lines = output.trimEnd().split('\n');
  const escape = (line: string): string => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const parts = lines.map((line) => (line === '…' ? '(?:.*\\n)*?' : `${escape(line).replace(/…$/, '.*')}\\n`));
  return new RegExp(`^${parts.join('')}${lines.at(-1) === '…' ? '(?:.*\\n)*' : ''}$`);
}

test('docs/cli.md shows the output of each command that works offline', () => {
  const commands = documentedRuns().map(([command]) => command.split(' ')[1]);
  expect([...new Set(commands)]).toEqual(['plan', 'explain', 'catalog']);
});

test.each(documentedRuns())('%s prints what docs/cli.md shows', async (command, output) => {
  const [, ...args] = command.trim().split(/\s+/);
  const { code, stdout } = await runCli(args.map((word) => files[word] ?? word));
  expect(code).toBe(0);
  expect(stdout).toMatch(patternOf(output));
});

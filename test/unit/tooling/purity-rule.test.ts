import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const { purityRules } = jest.requireActual<{ purityRules: Linter.RulesRecord }>('../../../eslint.purity.mjs');

test.each([
  ['reads no clock', 'export const now = new Date();'],
  ['reads no clock by another name', 'export const now = Date.now();'],
  ['reads no clock as text', 'export const now = Date();'],
  ['leaves nothing to chance', 'export const dice = Math.random();'],
  ['leaves no identifier to chance', "import { randomUUID } from 'node:crypto'; export const id = randomUUID();"],
  ['asks no server', "export const page = fetch('https://example.org');"],
  ['reads no environment', "export const home = process.env['HOME'];"],
  ['prints nothing', "console.log('hello');"],
  ['does not wait', 'setTimeout(() => undefined, 10);'],
  ['reads no file', "import { readFileSync } from 'node:fs'; export const text = readFileSync('x');"],
  ['does not go round by globalThis', 'export const page = globalThis.fetch;'],
])('pure code %s', (_sentence, code) => {
  expect(lint(code)).toHaveLength(1);
});

test.each([
  ['turn a text into a date', "export const day = new Date('2026-08-21T00:00:00Z');"],
  ['compute a hash', "import { createHash } from 'node:crypto'; export const hash = createHash('sha256');"],
  ['take the time as an argument', 'export function isOld(now: Date): boolean { return now.getTime() > 0; }'],
])('pure code may %s', (_sentence, code) => {
  expect(lint(code)).toEqual([]);
});

function lint(code: string): readonly string[] {
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    rules: purityRules,
  } as Linter.Config;
  return new Linter().verify(code, config, 'shared/gate/sample.ts').map((message) => message.message);
}

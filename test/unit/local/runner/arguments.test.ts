import { resolve } from 'node:path';
import { parseArguments } from '../../../../local/runner/arguments.js';

test('without arguments, the default scenario is enforced, shown and kept up', () => {
  expect(parseArguments([], '/default.json')).toEqual({
    scenarioFile: '/default.json',
    afterwards: 'stay',
    output: 'text',
    mode: 'enforce',
  });
});

test('every flag is understood', () => {
  expect(parseArguments(['--scenario', 'a.json', '--exit', '--json', '--mode', 'observe'], '/default.json')).toEqual({
    scenarioFile: resolve('a.json'),
    afterwards: 'exit',
    output: 'json',
    mode: 'observe',
  });
  expect(parseArguments(['--help'], '')).toBe('help');
});

test.each([
  ['an unknown flag', ['--fast'], "Unknown option '--fast'; --help shows the options"],
  ['a mode that does not exist', ['--mode', 'yolo'], '--mode wants observe or enforce, got "yolo"'],
  ['a stray word', ['file.json'], /^Unexpected argument 'file.json'.*--help/],
])('%s is refused in one line', (_sentence, args, message) => {
  expect(() => parseArguments(args, '')).toThrow(message);
});

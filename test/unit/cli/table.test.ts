import fc from 'fast-check';
import { createColors } from 'picocolors';
import type { Column } from '../../../cli/fit-columns.js';
import { drawTable } from '../../../cli/table.js';
import { wrapWords } from '../../../cli/wrap.js';

const columns: readonly Column[] = [
  { head: 'artifact', breaks: 'nowhere' },
  { head: 'state', breaks: 'nowhere' },
  { head: 'reason', breaks: 'between-words' },
];
const colors = createColors(false);
const long = 'oss/v2/kubernetes/autoscaler/cluster-proportional-autoscaler:v1.9.0-12';
const rows = [
  ['oss/kubernetes/pause:3.6', 'waiting', 'three of three manifests are still upstream'],
  [long, 'failed', 'MANIFEST_UNKNOWN'],
];

test('without a terminal every row is one line', () => {
  expect(drawTable(columns, rows, { width: 'unlimited', colors }).split('\n')).toEqual([
    `${'artifact'.padEnd(long.length)}  state    reason`,
    `${'oss/kubernetes/pause:3.6'.padEnd(long.length)}  waiting  three of three manifests are still upstream`,
    `${long}  failed   MANIFEST_UNKNOWN`,
  ]);
});

test('on a terminal sentences are wrapped, and a long name gets a line of its own', () => {
  expect(drawTable(columns, rows, { width: 66, colors }).split('\n')).toEqual([
    'artifact                  state    reason',
    'oss/kubernetes/pause:3.6  waiting  three of three manifests are',
    '                                   still upstream',
    long,
    '                          failed   MANIFEST_UNKNOWN',
  ]);
});

test('paint goes on text and not on the space around it', () => {
  const painted = createColors(true);
  const text = drawTable(columns, [[{ text: 'a', paint: painted.red }, 'b', 'c']], { width: 80, colors: painted });
  expect(text.split('\n')[1]).toBe('\u001b[31ma\u001b[39m         b      c');
});

const word = fc.stringMatching(/^[a-z0-9./:-]{1,40}$/);
const sentence = fc.array(word, { minLength: 1, maxLength: 20 }).map((words) => words.join(' '));

test('wrapping loses and adds no character but spaces', () => {
  fc.assert(
    fc.property(sentence, fc.integer({ min: 1, max: 60 }), (text, width) => {
      expect(wrapWords(text, width).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});

test('a wrapped line is too long only when it is one piece that has no place to break', () => {
  fc.assert(
    fc.property(sentence, fc.integer({ min: 1, max: 60 }), (text, width) => {
      for (const line of wrapWords(text, width)) {
        expect(line.length <= width || /^[^ ./:-]*[./:-]?$/.test(line)).toBe(true);
      }
    }),
  );
});

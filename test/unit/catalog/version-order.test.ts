import fc from 'fast-check';
import { compareLeadingNumbers, compareTags, minorOfTag, tagShape } from '../../../shared/catalog/version-order.js';

test.each([
  ['v1.9.0-9', 'v1.9.0-21'],
  ['v1.34.9', 'v1.34.10'],
  ['1.2.3', 'v1.2.4'],
  ['v1.34.6', 'v1.34.6-1'],
  ['master.250604.1', 'master.260209.2'],
  ['v1.18.6-260130', 'v1.18.6-260312'],
])('%s is older than %s', (older, newer) => {
  expect(compareTags(older, newer)).toBeLessThan(0);
  expect(compareTags(newer, older)).toBeGreaterThan(0);
});

test('tags have one order, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[v0-9a.-]{0,8}$/), { maxLength: 8 }), (tags) => {
      const sorted = [...tags].sort(compareTags);
      expect([...tags].reverse().sort(compareTags)).toEqual(sorted);
    }),
  );
});

test.each([
  ['v1.18.12-260811', '1.18', 1],
  ['v1.18.0-1', '1.18', 0],
  ['1.14.10-2', '1.14.18', -1],
  ['not a version', '0', 0],
])('by leading numbers %s against %s is %i', (a, b, expected) => {
  expect(Math.sign(compareLeadingNumbers(a, b))).toBe(expected);
});

test('a tag names its series and its minor', () => {
  expect(tagShape('v1.34.6-1')).toBe('v#.#.#-#');
  expect(minorOfTag('v1.34.13-1')).toBe('1.34');
  expect(minorOfTag('master.1')).toBeUndefined();
});

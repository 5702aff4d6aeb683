import { isDeepStill } from '../../../shared/warming/proof-level.js';
import { before, coredns, hours, minutes, now, provenState } from '../../support/builders.js';

test.each([
  ['an hour ago', before(hours(1)), true],
  ['a day ago', before(hours(24)), false],
  ['within the skew of clocks', before(-minutes(4)), true],
  ['by a clock that was hours ahead', before(-hours(20)), false],
])('layers that were found %s need no look now: %#', (_when, deepAt, expected) => {
  expect(isDeepStill(provenState(coredns, { deepAt }), now)).toBe(expected);
});

import { formatDuration, parseDuration } from '../../../cli/duration.js';

test.each([
  ['90s', 90],
  ['30m', 1800],
  ['2h', 7200],
  ['1h30m', 5400],
  ['1h0m5s', 3605],
])('%s is %d seconds', (text, seconds) => expect(parseDuration(text, '--timeout')).toBe(seconds));

test.each(['', '30', 'm', '-5m', '1.5h', '5 m', '0s', '30m1h', '1d', 'PT30M'])(
  '"%s" is refused, and the option is named',
  (text) => expect(() => parseDuration(text, '--poll')).toThrow(/^--poll: wanted is a duration such as 90s/),
);

test.each([
  [0, '0 s'],
  [119, '119 s'],
  [120, '2 min'],
  [3600, '1 h'],
  [5400, '1 h 30 min'],
])('%d seconds are told as "%s"', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

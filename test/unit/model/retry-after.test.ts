import { parseRetryAfter } from '../../../shared/model/retry-after.js';

const date = 'Mon, 23 Nov 2026 16:00:00 GMT';
const headersOf = (header: string | undefined, sent: string | undefined = date) =>
  new Headers({
    ...(header === undefined ? {} : { 'retry-after': header }),
    ...(sent === undefined ? {} : { date: sent }),
  });

test.each([
  ['nothing', undefined, undefined],
  ['an empty text', '', undefined],
  ['seconds', '17', 17],
  ['seconds between spaces', ' 17 ', 17],
  ['no time at all', '0', 0],
  ['a day', '86400', 3600],
  ['more seconds than a number holds', '9'.repeat(400), 3600],
  ['a fraction', '1.5', undefined],
  ['what has passed', '-3', undefined],
  ['a date ahead', 'Mon, 23 Nov 2026 16:00:40 GMT', 40],
  ['a date that has passed', 'Mon, 23 Nov 2026 15:59:00 GMT', 0],
  ['a date next year', 'Tue, 23 Nov 2027 16:00:00 GMT', 3600],
  ['a date that is none', 'Mon, 99 Nov 2026 16:00:00 GMT', undefined],
  ['a date of another form', '2026-11-23T16:00:40Z', undefined],
  ['words', 'soon', undefined],
])('Retry-After of %s', (_what, header, seconds) => {
  expect(parseRetryAfter(headersOf(header))).toBe(seconds);
});

test.each([[undefined], ['yesterday']])('a date tells nothing beside the date "%s" of the answer', (sent) => {
  const headers = headersOf('Mon, 23 Nov 2026 16:00:40 GMT', sent ?? '');
  expect(parseRetryAfter(headers)).toBeUndefined();
});

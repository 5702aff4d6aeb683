import fc from 'fast-check';
import { SyncError, failureCodes, type FailureCode } from '../../../shared/model/errors.js';
import type { Outage } from '../../../shared/warming/outage.js';
import { asUpstream } from '../../../shared/warming/retry.js';
import {
  afterLookInVain,
  describeUnreachable,
  isUnreachable,
  shutsGates,
} from '../../../shared/warming/unreachable.js';
import { before, hours, minutes, now } from '../../support/builders.js';

const failed = (code: FailureCode = 'REGISTRY_UNAVAILABLE') => new SyncError(code, 'GET https://acr.azurecr.io: 503');
const outage = (sinceMinutes: number, lastMinutes: number): Outage => ({
  ...{ since: before(minutes(sinceMinutes)), lastProbe: before(minutes(lastMinutes)) },
  ...{ code: 'REGISTRY_UNAVAILABLE', reason: 'REGISTRY_UNAVAILABLE: 503' },
});

test('no answer, 5xx, 401 and 403 are a registry that cannot be reached; throttling, its upstream and wrong content are not', () => {
  expect(failureCodes.filter((code) => isUnreachable(failed(code)))).toEqual([
    'REGISTRY_UNAVAILABLE',
    'REGISTRY_FORBIDDEN',
  ]);
});

test('what MAR refuses is no lack of a role at the registry', () => {
  expect(asUpstream(failed('REGISTRY_FORBIDDEN'))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});

test.each<[string, Outage | undefined, boolean]>([
  ['none at all', undefined, false],
  ['one look in vain', outage(3, 3), false],
  ['one look in vain an hour ago', outage(60, 60), false],
  ['two looks in vain, less than five minutes apart', outage(6, 2), false],
  ['looks in vain for five minutes', outage(5, 0), true],
  ['looks in vain for a day', outage(24 * 60, 1), true],
  ['looks that have ceased an hour ago', outage(120, 60), true],
  ['looks that have ceased hours ago', outage(1440, 1380), true],
  ['looks that have ceased longer ago than proofs last', outage(1500, 1441), false],
  ['looks of a clock that goes wrong', outage(5, -60), true],
])('of %s gates are unknown: %#', (_sentence, known, expected) => {
  expect(shutsGates(known, now, hours(24))).toBe(expected);
});

test.each<[string, Outage | undefined, Partial<Outage>]>([
  ['begins', undefined, { since: now, lastProbe: now }],
  ['goes on', outage(30, 1), { since: before(minutes(30)), lastProbe: now }],
  [
    'goes on after a clock that is ahead',
    outage(30, -2),
    { since: before(minutes(30)), lastProbe: before(-minutes(2)) },
  ],
  ['goes on where nobody had looked for hours', outage(300, 121), { since: before(minutes(300)), lastProbe: now }],
  ['goes on after a clock that goes wrong', outage(300, -60), { since: before(minutes(300)), lastProbe: now }],
  ['begins now where only a clock that goes wrong had seen it', outage(-60, -60), { since: now, lastProbe: now }],
])('with one more look in vain an outage %s', (_sentence, known, expected) => {
  const next = afterLookInVain(known, failed('REGISTRY_FORBIDDEN'), now);
  expect(next).toMatchObject({ ...expected, code: 'REGISTRY_FORBIDDEN' });
  expect(next.reason).toBe('REGISTRY_FORBIDDEN: GET https://acr.azurecr.io: 503');
});

test('in whatever order looks in vain are told, and however often, the outage is the same', () => {
  const times = fc.array(fc.nat(minutes(30)), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(times, fc.boolean(), (ages, twice) => {
      const told = (twice ? [...ages, ...ages] : ages).map((age) => before(age));
      const end = told.reduce<Outage | undefined>((known, at) => afterLookInVain(known, failed(), at), undefined);
      const sorted = ages.toSorted((a, b) => b - a).map((age) => before(age));
      // Clocks are five minutes apart at most: a look of long before would be of another outage.
      if (Math.max(...ages) - Math.min(...ages) > minutes(5)) return;
      expect(end).toMatchObject({ since: sorted[0], lastProbe: sorted.at(-1) });
    }),
  );
});

test('the reason names registry, times, error and what to do', () => {
  const told = describeUnreachable('acr.azurecr.io', outage(8, 1));
  expect(told).toMatch(/^registry unreachable: acr\.azurecr\.io could not be reached since 2026-09-01T07:52:00\.000Z/);
  expect(told).toContain('last tried 2026-09-01T07:59:00.000Z (REGISTRY_UNAVAILABLE: 503)');
  expect(told).toContain('check the health, firewall and private endpoint of the registry.');
});

import fc from 'fast-check';
import { fill, openBucket, recover, throttle, type Bucket } from '../../../shared/warming/budget-bucket.js';
import { limitOf } from '../../../shared/warming/budget-limits.js';
import { takeTurn, urgencyOf } from '../../../shared/warming/budget-turns.js';

const limit = { burst: 50, perSecond: 10 };
const start = 1_800_000_000_000;
const policy = { share: 0.5, marReadsPerMinute: 3000 };

const wish = (requests: number, asker = 'a') => ({ asker, weight: 1, requests, followers: 0 });

test.each([
  ['manifest-read', 'Premium', 5000, 5000 / 60],
  ['manifest-read', 'Standard', 2500, 2500 / 60],
  ['manifest-read', undefined, 2500, 2500 / 60],
  ['referrers', 'Premium', 500, 500 / 60],
  ['referrers', 'basic', 125, 125 / 60],
  ['token', 'premium', 10_000, 10_000 / 60],
  ['arm-read', undefined, 125, 12.5],
  ['arm-write', undefined, 100, 5],
  ['upstream-read', undefined, 500, 50],
] as const)('half of the documented %s of SKU %s is %d at once and %d a second', (operation, sku, burst, perSecond) => {
  expect(limitOf({ registry: 'r', operation }, sku, policy)).toEqual({ burst, perSecond });
});

/** Asks and lets time pass, back too; tells what was granted when. */
function play(steps: readonly { readonly wait: number; readonly requests: number; readonly asker: string }[]) {
  let [bucket, now]: [Bucket, number] = [openBucket(limit, start), start];
  const grants: { at: number; requests: number }[] = [];
  for (const { wait, requests, asker } of steps) {
    now += wait;
    const turn = takeTurn(bucket, limit, wish(requests, asker), now);
    bucket = turn.bucket;
    if (turn.kind === 'granted') grants.push({ at: now, requests: turn.requests });
  }
  return { bucket, now, grants };
}

const steps = (least: number) =>
  fc.array(
    fc.record({
      wait: fc.integer({ min: least, max: 20_000 }),
      requests: fc.integer({ min: 1, max: 5 }),
      asker: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 80 },
  );

test('no window ever sees more than the burst and what the time of the window earns', () => {
  fc.assert(
    fc.property(steps(0), (sequence) => {
      const { grants } = play(sequence);
      for (const [first, { at: from }] of grants.entries()) {
        let sum = 0;
        for (const { at, requests } of grants.slice(first)) {
          sum += requests;
          expect(sum).toBeLessThanOrEqual(limit.burst + ((at - from) / 1000) * limit.perSecond + 1e-6);
        }
      }
    }),
  );
});

test('a clock that goes back grants nothing extra', () => {
  fc.assert(
    fc.property(steps(-20_000), (sequence) => {
      const { grants } = play(sequence);
      const sum = grants.reduce((total, { requests }) => total + requests, 0);
      const latest = sequence.reduce(
        ({ now, most }, { wait }) => ({ now: now + wait, most: Math.max(most, now + wait) }),
        { now: 0, most: 0 },
      ).most;
      expect(sum).toBeLessThanOrEqual(limit.burst + (latest / 1000) * limit.perSecond + 1e-6);
    }),
  );
});

test('looking more often earns the same', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 20 }), (waits) => {
      const empty = { ...openBucket({ burst: 0, perSecond: 0 }, start), factor: 0.5 };
      let [bucket, now]: [Bucket, number] = [empty, start];
      for (const wait of waits) bucket = fill(bucket, limit, (now += wait));
      expect(bucket.free).toBeCloseTo(fill(empty, limit, now).free, 6);
    }),
  );
});

test('takes that fit are granted in every order alike', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 9 }), (requests) => {
      const left = (order: readonly number[]) =>
        order.reduce(
          (bucket, count) => {
            const turn = takeTurn(bucket, limit, wish(count), start);
            expect(turn.kind).toBe('granted');
            return turn.bucket;
          },
          openBucket({ ...limit, burst: 1e9 }, start),
        ).free;
      expect(left(requests)).toBeCloseTo(1e9 - takenBy(requests), -3);
    }),
  );
});

const takenBy = (requests: readonly number[]) => requests.reduce((sum, count) => sum + count, 0);

test('a take larger than the burst is granted when the bucket is full, and paid back before the next', () => {
  const turn = takeTurn(openBucket(limit, start), limit, wish(80), start);
  expect(turn.kind).toBe('granted');
  expect(takeTurn(turn.bucket, limit, wish(1), start + 2_900).kind).toBe('line');
  expect(takeTurn(turn.bucket, limit, wish(1), start + 3_200).kind).toBe('granted');
});

/** Most of it has been used. */
const used = { ...openBucket(limit, start), free: 20 };

test('a refusal pauses for as long as the server says, and halves what is left and the rate, once', () => {
  const refused = throttle(throttle(used, limit, 20, start), limit, 20, start + 100);
  expect(refused).toMatchObject({ factor: 0.5, free: 10, pausedUntil: start + 20_100 });
  expect(takeTurn(refused, limit, wish(1), start + 20_000).kind).toBe('line');
  expect(fill({ ...refused, free: 0 }, limit, start + 21_100).free).toBeCloseTo(5);
});

test('refusals that go on lower the rate to a quarter, no further', () => {
  let bucket: Bucket = used;
  for (let sign = 0; sign < 6; sign += 1) bucket = throttle({ ...bucket, free: -100 }, limit, 1, start + sign * 11_000);
  expect(bucket.factor).toBe(0.25);
});

test('a server that refuses while most is unused gets its pause, and keeps its rate', () => {
  const refused = throttle(openBucket(limit, start), limit, 20, start);
  expect(refused).toMatchObject({ factor: 1, free: 50, pausedUntil: start + 20_000 });
  expect(takeTurn(refused, limit, wish(1), start + 19_000).kind).toBe('line');
});

test('a pause is never shortened by a later refusal that names a shorter one', () => {
  const refused = throttle(throttle(openBucket(limit, start), limit, 60, start), limit, 1, start + 100);
  expect(refused.pausedUntil).toBe(start + 60_000);
});

test('the rate rises slowly, a tenth of the limit each ten seconds after the pause, up to the limit', () => {
  let bucket: Bucket = throttle(used, limit, 10, start);
  expect(recover(bucket, start + 19_000).factor).toBe(0.5);
  const rates = [];
  for (let ten = 2; ten < 9; ten += 1) {
    bucket = recover(bucket, start + ten * 10_000);
    rates.push(Number(bucket.factor.toFixed(1)));
  }
  expect(rates).toEqual([0.6, 0.7, 0.8, 0.9, 1, 1, 1]);
});

test('the nearer the deadline, the greater the part', () => {
  const inHours = (hours: number) => urgencyOf(new Date(start + hours * 3_600_000), start);
  expect([urgencyOf(undefined, start), inHours(48), inHours(20), inHours(5), inHours(0.5), inHours(-1)]).toEqual([
    1, 1, 4, 16, 64, 64,
  ]);
});

test('a backlog of thousands leaves a small asker its part, and the urgent theirs', () => {
  let bucket = { ...openBucket(limit, start), free: 0 };
  const got = new Map<string, number>();
  for (let now = start; now < start + 60_000; now += 50) {
    for (const [asker, weight] of [
      ['huge', 1],
      ['huge', 1],
      ['huge', 1],
      ['small', 1],
      ['urgent', 4],
    ] as const) {
      const turn = takeTurn(bucket, limit, { asker, weight, requests: 1, followers: 0 }, now);
      bucket = turn.bucket;
      if (turn.kind === 'granted') got.set(asker, (got.get(asker) ?? 0) + turn.requests);
    }
  }
  expect(got.get('small')).toBeGreaterThan(85);
  expect(got.get('huge')).toBeGreaterThan(85);
  expect(got.get('huge')).toBeLessThan(120);
  expect(got.get('urgent')).toBeGreaterThan(380);
});

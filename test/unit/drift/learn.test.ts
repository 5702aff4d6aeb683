import fc from 'fast-check';
import { groupByMinor, learn, type Sighting } from '../../../shared/drift/learn.js';
import { before, coredns, hours, now, pause, target, version } from '../../support/builders.js';

const policy = { maxAgeMs: hours(90 * 24), mostPerMinor: 3 };

function seen(changes: Partial<Sighting> = {}): Sighting {
  return { ...coredns, kubernetesVersion: target, cluster: 'first', features: ['a', 'b'], at: now, ...changes };
}

test('what is seen for the first time is a fact with all features of its cluster', () => {
  expect(learn([], [seen({ features: ['b', 'a'] })], now, policy)).toEqual([
    {
      ...coredns,
      kubernetesVersion: target,
      cluster: 'first',
      features: ['a', 'b'],
      firstSeen: now,
      lastSeen: now,
    },
  ]);
});

test('what is seen in two clusters holds where both have in common what is switched on', () => {
  const facts = learn([], [seen({ at: before(hours(2)) })], now, policy);
  expect(learn(facts, [seen({ cluster: 'second', features: ['b', 'c'] })], now, policy)).toMatchObject([
    { cluster: 'second', features: ['b'], firstSeen: before(hours(2)), lastSeen: now },
  ]);
});

test('what was not seen for long is forgotten', () => {
  const facts = learn([], [seen({ at: before(hours(89 * 24)) })], now, policy);
  expect(facts).toHaveLength(1);
  expect(learn(facts, [], new Date(now.getTime() + hours(48)), policy)).toEqual([]);
});

test('beyond the bound the ones seen last stay', () => {
  const sightings = [1, 2, 3, 4, 5].map((hour) => seen({ tag: `v${hour}`, at: before(hours(hour)) }));
  expect(learn([], sightings, now, policy).map(({ tag }) => tag)).toEqual(['v1', 'v2', 'v3']);
});

test('sightings are facts of their Kubernetes minor', () => {
  const groups = groupByMinor([seen(), seen({ kubernetesVersion: version('1.34.7') }), seen(pause)]);
  expect([...groups].map(([minor, of]) => [minor, of.length])).toEqual([
    ['1.35', 2],
    ['1.34', 1],
  ]);
});

const sighting = fc.record({
  ...{ tag: fc.constantFrom('v1', 'v2'), cluster: fc.constantFrom('first', 'second') },
  features: fc.subarray(['a', 'b', 'c']),
  at: fc.integer({ min: 0, max: 3 }).map((hour) => before(hours(hour))),
});

test('learning twice, or in any order, is learning once', () => {
  fc.assert(
    fc.property(fc.array(sighting), (some) => {
      const sightings = some.map((one) => seen(one));
      const once = learn([], sightings, now, policy);
      expect(learn([], [...sightings].reverse(), now, policy)).toEqual(once);
      expect(learn(once, sightings, now, policy)).toEqual(once);
    }),
  );
});

import { artifactName } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';
import { pinArtifacts, type PinInput } from '../../../shared/warming/pin.js';
import type { Budgets } from '../../../shared/warming/ports.js';
import { before, coredns, minutes, now, pause, requirement, stateOf } from '../../support/builders.js';
import { unlimitedBudgets } from '../../support/fakes/fake-imports.js';
import { FakeMar } from '../../support/fakes/fake-manifests.js';

function marWith(...artifacts: readonly (typeof coredns)[]): FakeMar {
  const mar = new FakeMar();
  for (const { repository, tag } of artifacts) mar.put(repository, tag);
  return mar;
}

const input = (
  upstream: FakeMar,
  states: PinInput['states'] = new Map(),
  budgets: Budgets = unlimitedBudgets,
): PinInput => ({
  ...{ upstream, states, budgets, now },
});

const stored = (state: ReturnType<typeof stateOf>) => new Map([[artifactName(state), { state, etag: '"1"' }]]);

test('pins an artifact to the digest and the children that MAR names now', async () => {
  const mar = marWith(coredns);
  const { pinned, refused } = await pinArtifacts([requirement()], input(mar));
  const { digest, children } = stateOf();
  expect(pinned).toEqual([{ ...coredns, digest, children, pinnedAt: now }]);
  expect(refused).toEqual([]);
});

test.each([
  ['uses a pin of a quarter of an hour again', minutes(15) - 1, 0],
  ['asks MAR again after that', minutes(15), 1],
  ['believes no pin that a wrong clock dated ahead', -minutes(6), 1],
])('%s', async (_sentence, ageMs, requests) => {
  const mar = marWith(coredns);
  const state = stateOf(coredns, { pinnedAt: before(ageMs) });
  const { pinned } = await pinArtifacts([requirement()], input(mar, stored(state)));
  expect(mar.requests).toBe(requests);
  expect(pinned[0]?.pinnedAt).toEqual(requests === 0 ? state.pinnedAt : now);
});

test.each([
  ['does not have', 'MANIFEST_UNKNOWN'],
  ['serves in no known form', 'MANIFEST_INVALID'],
] as const)('what MAR %s is refused, with the reason', async (_sentence, code) => {
  const mar = marWith(coredns, pause);
  mar.fault = (repository) => {
    if (repository === coredns.repository) throw new SyncError(code, 'x');
  };
  const { pinned, refused, failure } = await pinArtifacts([requirement(), requirement(pause)], input(mar));
  expect(pinned.map(({ repository }) => repository)).toEqual([pause.repository]);
  expect(refused).toMatchObject([{ artifact: coredns, error: { code } }]);
  expect(failure).toBeUndefined();
});

test('what MAR could not be asked for is a failure, beside the pins that it gave', async () => {
  const mar = marWith(coredns, pause);
  mar.fault = (repository) => {
    if (repository === coredns.repository) throw new SyncError('REGISTRY_THROTTLED', 'MAR: 429');
  };
  const { pinned, refused, failure } = await pinArtifacts([requirement(), requirement(pause)], input(mar));
  expect([pinned.length, refused.length, failure?.code]).toEqual([1, 0, 'REGISTRY_THROTTLED']);
});

test('a bug is not taken for an answer of MAR', async () => {
  const mar = marWith(coredns);
  mar.fault = () => {
    throw new TypeError('a bug');
  };
  await expect(pinArtifacts([requirement()], input(mar))).rejects.toThrow('a bug');
});

test('MAR is asked in chunks that its budget allows, and the rest is left to the next try', async () => {
  const artifacts = Array.from({ length: 40 }, (_unused, index) => ({ ...coredns, tag: `v${index}` }));
  const mar = marWith(...artifacts);
  let left = 32;
  const budgets: Budgets = {
    ...unlimitedBudgets,
    take: async (_account, requests) => {
      left -= requests;
      return left >= 0 ? { kind: 'granted' } : { kind: 'wait', seconds: 20 };
    },
  };
  const { pinned, failure } = await pinArtifacts(artifacts.map(requirement), input(mar, new Map(), budgets));
  expect([pinned.length, mar.requests, failure?.retryAfterSeconds]).toEqual([32, 32, 20]);
});

test('a MAR that is down is not asked for every artifact of a plan', async () => {
  const artifacts = Array.from({ length: 100 }, (_unused, index) => ({ ...coredns, tag: `v${index}` }));
  const mar = marWith(...artifacts);
  mar.fault = () => {
    throw new SyncError('REGISTRY_UNAVAILABLE', 'GET mcr.microsoft.com: 503');
  };
  const { failure } = await pinArtifacts(artifacts.map(requirement), input(mar));
  expect([failure?.code, mar.requests]).toEqual(['UPSTREAM_UNAVAILABLE', 16]);
});

test('MAR is asked on behalf of the cluster, by its deadline', async () => {
  const asked: unknown[] = [];
  const budgets: Budgets = {
    ...unlimitedBudgets,
    take: async (...wish) => {
      asked.push(wish);
      return { kind: 'granted' };
    },
  };
  const neededBy = before(-minutes(30));
  await pinArtifacts([requirement()], { ...input(marWith(coredns), new Map(), budgets), asker: 'one', neededBy });
  expect(asked).toEqual([[{ registry: 'mar', operation: 'upstream-read', asker: 'one' }, 1, neededBy]]);
});

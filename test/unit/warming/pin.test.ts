import { artifactName } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';
import { pinArtifacts } from '../../../shared/warming/pin.js';
import { before, coredns, minutes, now, pause, requirement, stateOf } from '../../support/builders.js';
import { FakeMar } from '../../support/fakes/fake-manifests.js';

function marWith(...artifacts: readonly (typeof coredns)[]): FakeMar {
  const mar = new FakeMar();
  for (const { repository, tag } of artifacts) mar.put(repository, tag);
  return mar;
}

const stored = (state: ReturnType<typeof stateOf>) => new Map([[artifactName(state), { state, etag: '"1"' }]]);

test('pins an artifact to the digest and the children that MAR names now', async () => {
  const mar = marWith(coredns);
  const { pinned, unresolved } = await pinArtifacts([requirement()], new Map(), mar, now);
  expect(pinned).toEqual([{ ...coredns, ...mar.find(coredns.repository, coredns.tag), pinnedAt: now }]);
  expect(unresolved).toEqual([]);
});

test.each([
  ['uses a pin of a quarter of an hour again', minutes(15) - 1, 0],
  ['asks MAR again after that', minutes(15), 1],
])('%s', async (_sentence, ageMs, requests) => {
  const mar = marWith(coredns);
  const state = stateOf(coredns, { pinnedAt: before(ageMs) });
  const { pinned } = await pinArtifacts([requirement()], stored(state), mar, now);
  expect(mar.requests).toBe(requests);
  expect(pinned[0]?.pinnedAt).toEqual(requests === 0 ? state.pinnedAt : now);
});

test.each([
  ['does not have', 'MANIFEST_UNKNOWN'],
  ['serves in no known form', 'MANIFEST_INVALID'],
] as const)('what MAR %s is unresolved, with its component and advice', async (_sentence, code) => {
  const mar = marWith(coredns, pause);
  mar.fault = (repository) => {
    if (repository === coredns.repository) throw new SyncError(code, 'x');
  };
  const { pinned, unresolved, failure } = await pinArtifacts([requirement(), requirement(pause)], new Map(), mar, now);
  expect(pinned.map(({ repository }) => repository)).toEqual([pause.repository]);
  expect(unresolved).toMatchObject([{ component: 'coredns', version: coredns.tag }]);
  expect(unresolved[0]?.reason).toContain(`MAR does not serve ${artifactName(coredns)} (${code})`);
  expect(failure).toBeUndefined();
});

test('what MAR could not be asked for is a failure, beside the pins that it gave', async () => {
  const mar = marWith(coredns, pause);
  mar.fault = (repository) => {
    if (repository === coredns.repository) throw new SyncError('REGISTRY_THROTTLED', 'MAR: 429');
  };
  const { pinned, unresolved, failure } = await pinArtifacts([requirement(), requirement(pause)], new Map(), mar, now);
  expect([pinned.length, unresolved.length, failure?.code]).toEqual([1, 0, 'REGISTRY_THROTTLED']);
});

test('a bug is not taken for an answer of MAR', async () => {
  const mar = marWith(coredns);
  mar.fault = () => {
    throw new TypeError('a bug');
  };
  await expect(pinArtifacts([requirement()], new Map(), mar, now)).rejects.toThrow('a bug');
});

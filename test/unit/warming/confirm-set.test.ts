import { artifactName, type Confidence, type Reason, type Requirement } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';
import { confirmSet } from '../../../shared/warming/confirm-set.js';
import { Probes } from '../../../shared/warming/probes.js';
import { coredns, hours, now, requirement, setOf } from '../../support/builders.js';
import { unlimitedBudgets } from '../../support/fakes/fake-imports.js';
import { FakeMar } from '../../support/fakes/fake-manifests.js';
import { loadCatalog } from '../../../shared/catalog/catalog.js';
import type { RequirementSet } from '../../../shared/model/artifact.js';

const catalog = loadCatalog();
const probePolicy = { mostRequests: 50, concurrentRequests: 4, trustFoundMs: hours(24), trustMissingMs: hours(6) };

function confirm(set: RequirementSet, mar: FakeMar) {
  const probes = new Probes(mar, [], now, probePolicy);
  return confirmSet(set, {
    catalog,
    platforms: ['linux/amd64'],
    states: new Map(),
    upstream: mar,
    budgets: unlimitedBudgets,
    probes,
    now,
  });
}

function known(confidence: Confidence, changes: Partial<Reason> = {}): Requirement {
  const reason: Reason = { component: 'coredns', source: 'node-image', confidence, condition: 'always', ...changes };
  return { ...requirement(coredns), because: [reason] };
}

const withArtifacts = (...artifacts: readonly Requirement[]): RequirementSet => ({ ...setOf(), artifacts });
const keda = {
  component: 'keda',
  version: '2.17.1',
  reason: 'the component map has no confirmed repository for it.',
  candidates: ['oss/v2/kedacore/keda', 'oss/kedacore/keda'].map((repository) => ({ repository, tag: '2.17.1' })),
};

test.each([
  ['low', 'probed'],
  ['probed', 'probed'],
  ['medium', 'medium'],
  ['high', 'high'],
] as const)('what is known with confidence %s and served by MAR is known with confidence %s', async (given, raised) => {
  const mar = new FakeMar();
  mar.put(coredns.repository, coredns.tag);
  const { set, pinned } = await confirm(withArtifacts(known(given)), mar);
  expect(set.artifacts[0]?.because.map(({ confidence }) => confidence)).toEqual([raised]);
  expect(pinned.map(artifactName)).toEqual([artifactName(coredns)]);
});

test('a component without a repository is adopted from the one candidate that has it', async () => {
  const mar = new FakeMar();
  mar.put('oss/v2/kedacore/keda', '2.17.1');
  const { set, pinned } = await confirm({ ...setOf(), unresolved: [keda] }, mar);
  expect(set.unresolved).toEqual([]);
  expect(set.artifacts).toEqual([
    {
      repository: 'oss/v2/kedacore/keda',
      tag: '2.17.1',
      kind: 'image',
      platforms: ['linux/amd64'],
      because: [
        {
          component: 'keda',
          source: 'component-map',
          confidence: 'probed',
          condition: expect.stringContaining('it has oss/v2/kedacore/keda:2.17.1 alone') as string,
        },
      ],
    },
  ]);
  expect(pinned).toHaveLength(1);
});

test.each([
  ['none of them', []],
  ['oss/v2/kedacore/keda:2.17.1, oss/kedacore/keda:2.17.1', ['oss/v2/kedacore/keda', 'oss/kedacore/keda']],
])('it stays unresolved, and says so, where MAR has %s', async (found, repositories) => {
  const mar = new FakeMar();
  for (const repository of repositories) mar.put(repository, '2.17.1');
  const { set } = await confirm({ ...setOf(), unresolved: [keda] }, mar);
  expect(set.artifacts).toEqual([]);
  expect(set.unresolved[0]?.reason).toContain('no confirmed repository for it. Asked MAR for 2.17.1 in');
  expect(set.unresolved[0]?.reason).toContain(found);
});

test('what has no candidates is not asked for', async () => {
  const mar = new FakeMar();
  const unresolved = [{ component: 'calico', reason: 'pulled by digest' }];
  expect((await confirm({ ...setOf(), unresolved }, mar)).set.unresolved).toEqual(unresolved);
  expect(mar.requests).toBe(0);
});

const [component] = [...catalog.components.values()].filter(
  ({ repositories, traits, tag }) =>
    repositories.length > 1 && !traits.includes('every-repository') && tag?.rule === 'version',
);
const [newPath = '', oldPath = ''] = component?.repositories ?? [];
const moved: Requirement = {
  ...requirement({ repository: newPath, tag: 'v9.9.9' }),
  because: [
    { component: component?.name ?? '', source: 'component-insights', confidence: 'high', condition: 'always' },
  ],
};

test('a tag that MAR lacks is adopted from another repository of its component', async () => {
  const mar = new FakeMar();
  mar.put(oldPath, 'v9.9.9');
  const { set, pinned } = await confirm(withArtifacts(moved), mar);
  expect(set.unresolved).toEqual([]);
  expect(set.artifacts.map(artifactName)).toEqual([`${oldPath}:v9.9.9`]);
  expect(set.artifacts[0]?.because[0]).toMatchObject({ source: 'component-insights', confidence: 'probed' });
  expect(set.artifacts[0]?.because[0]?.condition).toContain(`MAR lacks ${newPath}:v9.9.9`);
  expect(pinned.map(artifactName)).toEqual([`${oldPath}:v9.9.9`]);
});

test('a tag that is nowhere is unresolved, with all that was asked', async () => {
  const { set } = await confirm(withArtifacts(moved), new FakeMar());
  expect(set.artifacts).toEqual([]);
  expect(set.unresolved[0]).toMatchObject({ component: component?.name, version: 'v9.9.9' });
  expect(set.unresolved[0]?.reason).toMatch(
    new RegExp(`MAR does not serve ${newPath}:v9.9.9 .*Asked MAR for v9.9.9 in ${oldPath}`),
  );
});

test('an artifact that is found where another one is already is one artifact with both reasons', async () => {
  const mar = new FakeMar();
  mar.put(oldPath, 'v9.9.9');
  const same = { ...moved, repository: oldPath };
  const { set, pinned } = await confirm(withArtifacts(moved, same), mar);
  expect(set.artifacts.map(({ because }) => because.length)).toEqual([2]);
  expect(pinned).toHaveLength(1);
});

test('a fallback of a guessed name is left out where MAR has nothing of it, and one of a known name stays required', async () => {
  const fallback = { source: 'node-bootstrap', component: 'azure-acr-credential-provider' } as const;
  const { set } = await confirm(withArtifacts(known('low', fallback)), new FakeMar());
  expect(set).toMatchObject({
    artifacts: [],
    unresolved: [],
    findings: [{ code: 'fallback-unnamed', subject: artifactName(coredns), effect: 'none' }],
  });
  const { set: named } = await confirm(withArtifacts(known('medium', fallback)), new FakeMar());
  expect(named.unresolved).toHaveLength(1);
});

test('what was only observed once and is gone is left out, and people are told', async () => {
  const { set } = await confirm(withArtifacts(known('medium', { source: 'observed' })), new FakeMar());
  expect([set.artifacts, set.unresolved]).toEqual([[], []]);
  expect(set.findings).toMatchObject([
    { code: 'observed-artifact-gone', subject: artifactName(coredns), effect: 'none' },
  ]);
});

test.each(['pin', 'probe'])('MAR failing at a %s asks for another try of the plan', async (step) => {
  const mar = new FakeMar();
  mar.put(coredns.repository, coredns.tag);
  mar.fault = (repository) => {
    if ((repository === coredns.repository) === (step === 'pin')) throw new SyncError('REGISTRY_THROTTLED', '429');
  };
  const { failure } = await confirm({ ...withArtifacts(known('high')), unresolved: [keda] }, mar);
  expect(failure?.code).toBe('REGISTRY_THROTTLED');
});

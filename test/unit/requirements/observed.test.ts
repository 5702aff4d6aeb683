import fc from 'fast-check';
import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { artifactName } from '../../../shared/model/artifact.js';
import type { Cluster } from '../../../shared/model/cluster.js';
import { confidenceOf } from '../../../shared/requirements/confidence.js';
import { featuresOf } from '../../../shared/requirements/features.js';
import { mergeRequirements } from '../../../shared/requirements/merge.js';
import { addObserved, appliesTo, type ObservedArtifact } from '../../../shared/requirements/observed.js';
import {
  before,
  clusterOf,
  coredns,
  hours,
  now,
  pause,
  requirement,
  setOf,
  target,
  version,
} from '../../support/builders.js';

const catalog = loadCatalog();
const policy = { maxAgeMs: hours(90 * 24), mostPerMinor: 200 };
const cluster = clusterOf('next', 'acr', {
  properties: {
    addonProfiles: { omsagent: { enabled: true }, azurepolicy: { enabled: false } },
    networkProfile: { networkPlugin: 'azure', networkDataplane: 'cilium', networkPolicy: 'none' },
  },
});

function fact(changes: Partial<ObservedArtifact> = {}): ObservedArtifact {
  return {
    repository: 'oss/v2/azure/agent',
    tag: 'v1.2.3',
    kubernetesVersion: target,
    cluster: 'first',
    features: ['addonprofiles.omsagent'],
    firstSeen: before(hours(48)),
    lastSeen: before(hours(24)),
    ...changes,
  };
}

describe('what was observed on one cluster', () => {
  test.each([
    ['holds for a cluster with all that is switched on there', {}, true],
    ['holds for another patch of the minor', { kubernetesVersion: version('1.35.6') }, true],
    ['says nothing of another minor', { kubernetesVersion: version('1.34.7') }, false],
    [
      'says nothing of another patch when the tag spells the patch',
      { kubernetesVersion: version('1.35.6'), tag: 'v1.35.6-2' },
      false,
    ],
    ['holds for the same patch when the tag spells it', { tag: `v${target}-2` }, true],
    [
      'says nothing of a cluster that lacks something',
      { features: ['addonprofiles.omsagent', 'addonprofiles.azurepolicy'] },
      false,
    ],
    ['is forgotten after its time', { lastSeen: before(hours(91 * 24)) }, false],
  ])('%s', (_sentence, changes, holds) => {
    const features = new Set(featuresOf(cluster));
    expect(appliesTo(fact(changes), features, target, now, policy)).toBe(holds);
  });

  const add = (facts: readonly ObservedArtifact[], set = setOf(coredns), of: Cluster = cluster) =>
    addObserved(set, { facts, cluster: of, target, catalog, now, policy });

  test('is in the set of the next one, with the reason', () => {
    const { artifacts } = add([fact()]);
    expect(artifacts.map(artifactName)).toEqual(['oss/v2/azure/agent:v1.2.3', artifactName(coredns)]);
    expect(artifacts[0]).toMatchObject({ kind: 'image', platforms: ['linux/amd64'] });
    expect(artifacts[0]?.because).toEqual([
      {
        component: 'agent',
        source: 'observed',
        confidence: 'medium',
        condition: expect.stringContaining('nodes of first at 1.35.7 pulled it (last on 2026-08-31)') as string,
      },
    ]);
  });

  test('is one more reason for what is predicted anyway, and makes it no less sure', () => {
    const { artifacts } = add([fact(coredns)]);
    expect(artifacts).toHaveLength(1);
    expect(artifacts[0]?.because.map(({ source }) => source)).toEqual(['component-insights', 'observed']);
    expect(artifacts[0] && confidenceOf(artifacts[0])).toBe('high');
  });

  test('changes nothing where it does not hold', () => {
    const set = setOf(coredns);
    expect(add([fact({ features: ['x'] })], set)).toBe(set);
  });

  test('is named after the component whose repository it is from', () => {
    expect(add([fact({ ...coredns, tag: 'v0.0.1' })]).artifacts[0]?.because[0]?.component).toBe('coredns');
  });
});

describe('the features of a cluster', () => {
  test('are what is switched on, what the network chose, and its pools', () => {
    expect(featuresOf(cluster)).toEqual([
      'addonprofiles.omsagent',
      'networkdataplane cilium',
      'networkplugin azure',
      'pool ubuntu2404/amd64',
    ]);
  });

  test('do not depend on the order or case of ARM', () => {
    const other = clusterOf('other', 'acr', {
      properties: {
        networkProfile: { networkDataplane: 'Cilium', networkPlugin: 'Azure' },
        AddonProfiles: { Omsagent: { Enabled: 'true' } },
      },
    });
    expect(featuresOf(other)).toEqual(featuresOf(cluster));
  });

  test('stay few and short, and nothing throws, whatever ARM says', () => {
    const properties = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<unknown>);
    fc.assert(
      fc.property(properties, (anything) => {
        const features = featuresOf({ properties: anything, pools: [] });
        expect(features.length).toBeLessThanOrEqual(200);
        expect(features.every((feature) => feature.length <= 200)).toBe(true);
        expect(featuresOf({ properties: anything, pools: [] })).toEqual(features);
      }),
    );
  });
});

describe('merging requirements', () => {
  test('keeps every platform and reason of each artifact once, sorted, in any order', () => {
    const arm = { ...requirement(coredns), platforms: ['linux/arm64'] };
    const guess = { ...requirement(coredns), because: [{ ...arm.because[0]!, source: 'agentbaker' as const }] };
    const all = [requirement(pause), arm, guess, requirement(coredns)];
    const merged = mergeRequirements(all);
    expect(merged.map(artifactName)).toEqual([artifactName(coredns), artifactName(pause)]);
    expect(merged[0]?.platforms).toEqual(['linux/amd64', 'linux/arm64']);
    expect(merged[0]?.because.map(({ source }) => source)).toEqual(['component-insights', 'agentbaker']);
    expect(mergeRequirements([...all].reverse())).toEqual(merged);
  });

  test('calls an artifact baked only where all images carry it', () => {
    const baked = { ...requirement(coredns), baked: ['a'] };
    expect(mergeRequirements([baked, { ...baked, baked: ['b'] }])[0]?.baked).toEqual(['a', 'b']);
    expect(mergeRequirements([baked, requirement(coredns)])[0]).not.toHaveProperty('baked');
  });
});

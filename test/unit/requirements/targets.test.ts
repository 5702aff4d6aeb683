import type { UpgradeProfile } from '../../../shared/model/cluster.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { upgradeTargets, wantedVersions, type TargetPolicy } from '../../../shared/requirements/targets.js';
import { clusterWith } from './clusters.fixture.js';

const everything: TargetPolicy = { upgradesTo: new Set(['patch', 'minor']) };

const profile = (...offers: string[]): UpgradeProfile => ({
  upgrades: offers.map((offer) => ({
    version: parseKubernetesVersion(offer.replace('?', '')),
    isPreview: offer.endsWith('?'),
  })),
  componentsByMinor: new Map(),
});

test.each([
  [
    'the newest patch of its minor and of the next one',
    ['1.35.6', '1.34.10', '1.34.9', '1.35.7'],
    ['1.34.10', '1.35.7'],
  ],
  ['patches by number', ['1.34.9', '1.34.10'], ['1.34.10']],
  ['no preview', ['1.34.9', '1.34.10?', '1.35.7?'], ['1.34.9']],
  ['no minor beyond the next', ['1.36.3'], []],
  ['nothing that is not newer', ['1.34.7', '1.34.6', '1.33.11'], []],
  ['nothing when AKS offers nothing', [], []],
])('a cluster on 1.34.7 may go to %s', (_sentence, offers, expected) => {
  expect(upgradeTargets(clusterWith(), profile(...offers), everything)).toEqual(expected);
});

const offered = profile('1.34.9', '1.34.10', '1.35.6', '1.35.7', '1.36.3?');

test.each<[string, ('patch' | 'minor')[], string[]]>([
  ['patches only', ['patch'], ['1.34.10']],
  ['minors only', ['minor'], ['1.35.7']],
  ['nothing', [], []],
])('a policy of %s', (_sentence, upgradesTo, expected) => {
  expect(upgradeTargets(clusterWith(), offered, { upgradesTo: new Set(upgradesTo) })).toEqual(expected);
});

describe('the versions that artifacts are kept for', () => {
  const wanted = (...named: string[]) =>
    wantedVersions(clusterWith(), offered, named.map(parseKubernetesVersion), everything);

  test('the version that runs comes first: weekly releases and node images change what it pulls', () => {
    expect(wanted()).toEqual(['1.34.7', '1.34.10', '1.35.7']);
  });

  test('a version that somebody named is kept, also a preview or one that AKS does not offer', () => {
    expect(wanted('1.36.3', '1.34.8')).toEqual(['1.34.7', '1.34.8', '1.34.10', '1.35.7', '1.36.3']);
  });

  test('a named version that the cluster has left behind, or that is wanted anyway, changes nothing', () => {
    expect(wanted('1.34.6', '1.34.7', '1.35.7')).toEqual(wanted());
  });
});

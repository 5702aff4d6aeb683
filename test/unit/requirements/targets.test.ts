import type { UpgradeProfile } from '../../../shared/model/cluster.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { upgradeTargets } from '../../../shared/requirements/targets.js';
import { clusterWith } from './clusters.fixture.js';

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
  expect(upgradeTargets(clusterWith(), profile(...offers))).toEqual(expected);
});

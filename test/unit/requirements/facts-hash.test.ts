import { hashFacts } from '../../../shared/requirements/facts-hash.js';
import { clusterWith, type PoolSpec } from './clusters.fixture.js';

const pool: PoolSpec = { name: 'nodes', osSKU: 'Ubuntu', vmSize: 'Standard_D4s_v5', count: 3 };
const hash = (properties: Record<string, unknown>, pools: readonly PoolSpec[] = [pool]) =>
  hashFacts(clusterWith(properties, pools));

test.each<[string, Record<string, unknown>, PoolSpec]>([
  ['the order of names', {}, { count: 3, vmSize: 'Standard_D4s_v5', osSKU: 'Ubuntu', name: 'nodes' }],
  ['scaling', {}, { ...pool, count: 9, minCount: 1, maxCount: 12 }],
  ['an upgrade on its way', { provisioningState: 'Upgrading' }, { ...pool, provisioningState: 'Upgrading' }],
  ['a newer release of the same node image', {}, { ...pool, nodeImageVersion: '202607.02.0' }],
  ['the version that runs', { currentKubernetesVersion: '1.34.8' }, { ...pool, currentOrchestratorVersion: '1.34.8' }],
])('%s changes no fact', (_sentence, properties, changed) => {
  expect(hash(properties, [changed])).toBe(hash({}));
});

test.each<[string, Record<string, unknown>, PoolSpec]>([
  ['an add-on', { addonProfiles: { azurepolicy: { enabled: true } } }, pool],
  ['a subnet for pods', {}, { ...pool, podSubnetID: '/s' }],
  ['FIPS', {}, { ...pool, enableFIPS: true }],
  ['another size', {}, { ...pool, vmSize: 'Standard_NC24ads_A100_v4' }],
  ['what nobody knows yet', { somethingNew: 1 }, pool],
])('%s is a fact that a plan depends on', (_sentence, properties, changed) => {
  expect(hash(properties, [changed])).not.toBe(hash({}));
});

import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { planDocument } from '../../../shared/requirements/plan-document.js';
import { resolve, resolveSample, sample } from './clusters.fixture.js';

const target = parseKubernetesVersion('1.35.7');

test('a plan names cluster, version and artifacts with component, source and confidence', () => {
  const { cluster } = sample('ubuntu-policy');
  const plan = planDocument(cluster, target, resolveSample('ubuntu-policy'));
  expect(plan.cluster).toBe(cluster.resource.id);
  expect(plan.kubernetesVersion).toBe('1.35.7');
  expect(plan.artifacts).toContainEqual({
    kind: 'image',
    repository: 'oss/v2/kubernetes/coredns',
    tag: 'v1.13.2-9',
    platforms: ['linux/amd64'],
    because: [{ component: 'coredns', source: 'component-insights', confidence: 'high' }],
    baked: ['AKSUbuntu-2404/202607.02.0'],
  });
  expect(plan.findings).toEqual([]);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

test('an unknown version is null', () => {
  const { cluster } = sample('ubuntu-policy');
  const plan = planDocument(cluster, target, resolve(cluster, '1.35.6'));
  expect(plan.unresolved.map(({ component, version }) => [component, version])).toEqual([['kube-proxy', null]]);
});

import { questionOf, versionsByCluster } from '../../../../shared/gate/fleet/fleet.js';
import { parseKubernetesVersion } from '../../../../shared/model/kubernetes-version.js';
import { clusterId, gateOf, runOf } from '../../../support/builders.js';

const version = parseKubernetesVersion('1.35.6');

test('versions are known by cluster as soon as a run names them, whether or not it has a gate', () => {
  const runs = [
    { ...runOf([clusterId('one'), clusterId('two')]), state: 'NotStarted', kubernetesVersion: version },
    {
      ...runOf([clusterId('two').toUpperCase()]),
      state: 'Running',
      kubernetesVersion: parseKubernetesVersion('1.36.3'),
    },
  ];
  expect([...versionsByCluster(runs)]).toEqual([
    [clusterId('one').toLowerCase(), ['1.35.6']],
    [clusterId('two').toLowerCase(), ['1.35.6', '1.36.3']],
  ]);
});

test.each(['Completed', 'Failed', 'Stopped', 'Skipped'])('a run that is %s names nothing any more', (state) => {
  expect(versionsByCluster([{ ...runOf([clusterId()]), state }]).size).toBe(0);
});

test('a run of node images asks for the version that each cluster runs', () => {
  const { kubernetesVersion: _version, ...run } = runOf([clusterId()]);
  const imagesOnly = { ...run, upgradeType: 'NodeImageOnly' };
  expect(questionOf(gateOf(), imagesOnly, 'artifact-sync')).toMatchObject({ ask: true, version: 'current' });
  expect(versionsByCluster([imagesOnly]).size).toBe(0);
});

test('another run without a version is left alone', () => {
  const { kubernetesVersion: _version, ...run } = runOf([clusterId()]);
  expect(questionOf(gateOf(), { ...run, upgradeType: 'SomethingNew' }, 'artifact-sync')).toMatchObject({ ask: false });
});

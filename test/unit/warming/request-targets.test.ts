import { Application } from '../../../shared/app/application.js';
import { requestTargets } from '../../../shared/warming/request-targets.js';
import { clusterOf, profileOf, target, version } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

function arrange() {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf('one'));
  azure.addCluster(clusterOf('plain', null));
  return { azure, app: new Application(azure.ports()) };
}

const current = clusterOf().kubernetesVersion;
const everything = { cluster: undefined, kubernetesVersion: undefined, dryRun: false };

test('asks for every version that AKS offers and leaves alone what is not isolated', async () => {
  const { azure, app } = arrange();
  const { clusters } = await app.sync(everything);
  expect(clusters).toMatchObject([
    { name: 'one', isolated: true, targets: [current, target] },
    { name: 'plain', isolated: false, targets: [], finding: expect.stringContaining('not network isolated') as string },
  ]);
  expect(azure.planQueue.messages).toMatchObject([
    { kubernetesVersion: current, attempt: 0 },
    { kubernetesVersion: target, attempt: 0 },
  ]);
  expect(await azure.targets.list()).toHaveLength(2);
});

test('a dry run tells the same and writes nothing', async () => {
  const { azure, app } = arrange();
  const { clusters, dryRun } = await app.sync({ ...everything, dryRun: true });
  expect([dryRun, clusters[0]?.targets]).toEqual([true, [current, target]]);
  expect([await azure.targets.list(), azure.planQueue.messages, await azure.seenClusters.list()]).toEqual([[], [], []]);
});

test('a cluster without an upgrade is told as such', async () => {
  const { azure, app } = arrange();
  azure.clusters.put(clusterOf('one'), profileOf());
  const { clusters } = await app.syncCluster(clusterOf('one').resource);
  expect(clusters).toMatchObject([{ targets: [current], finding: 'AKS offers no upgrade from 1.34.7' }]);
});

test('a version that the cluster has passed is refused', async () => {
  const { app } = arrange();
  const request = { cluster: clusterOf('one').resource, kubernetesVersion: version('1.33.1'), dryRun: false };
  await expect(app.sync(request)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: 'kubernetesVersion: one runs 1.34.7 already, 1.33.1 is older',
  });
});

test('asked for all clusters, one that has passed the version is told, and the others are planned', async () => {
  const { azure, app } = arrange();
  azure.addCluster(clusterOf('ahead', 'acr', { kubernetesVersion: version('1.36.1') }));
  const { clusters } = await app.sync({ ...everything, kubernetesVersion: target });
  expect(clusters.map(({ name, targets }) => [name, targets.length])).toEqual([
    ['one', 1],
    ['plain', 0],
    ['ahead', 0],
  ]);
  expect(clusters[2]?.finding).toContain('runs 1.36.1 already');
});

test('a deadline of a version goes with its target and its plan, and the other versions have none', async () => {
  const { azure } = arrange();
  const neededBy = new Date(azure.clock.now().getTime() + 3_600_000);
  await requestTargets(
    clusterOf('one'),
    { named: [], neededBy: new Map([[target, neededBy]]) },
    'enqueue',
    azure.ports(),
  );
  expect((await azure.targets.list()).map((record) => [record.kubernetesVersion, record.neededBy])).toEqual([
    [current, undefined],
    [target, neededBy],
  ]);
  expect(azure.planQueue.messages).toEqual([
    { clusterId: clusterOf('one').resource.id, kubernetesVersion: current, attempt: 0 },
    {
      clusterId: clusterOf('one').resource.id,
      kubernetesVersion: target,
      attempt: 0,
      neededBy: neededBy.toISOString(),
    },
  ]);
});

import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { artifactName } from '../../../shared/model/artifact.js';
import { clusterId, clusterOf, hours, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

/** A cluster with KEDA, of which the catalogue has guesses only, and a record of what MAR was asked about it. */
function subscriptionWithKeda() {
  const azure = new FakeSubscription();
  const keda = loadCatalog().components.get('keda')!;
  const version = '2.17.1';
  const catalog = {
    ...azure.catalog,
    components: new Map([...azure.catalog.components, ['keda', keda]]),
    releaseNotes: new Map([['1.35', new Map([['keda', [version]]])]]),
  };
  const cluster = clusterOf('one', 'acr', { properties: { workloadAutoScalerProfile: { keda: { enabled: true } } } });
  azure.addRegistry();
  azure.addCluster(cluster);
  const asked: string[] = [];
  azure.mar.fault = (repository) => void (repository.includes('keda') && asked.push(repository));
  const plan = async () => {
    asked.length = 0;
    await azure.planQueue.enqueue([{ clusterId: cluster.resource.id, kubernetesVersion: target, attempt: 0 }], 0);
    await azure.drain({ ...azure.ports(), catalog: { current: async () => catalog } });
    const set = (await azure.targets.get(clusterId(), target))?.planned?.set;
    return {
      asked: asked.length,
      artifacts: set?.artifacts.map(artifactName) ?? [],
      unresolved: set?.unresolved ?? [],
    };
  };
  return { azure, plan, candidates: keda.candidates, version };
}

test('a plan asks MAR for candidates, and the next one remembers that it has none, for some hours', async () => {
  const { azure, plan, candidates } = subscriptionWithKeda();
  const spellings = 2;
  const first = await plan();
  expect(first.asked).toBe(candidates.length * spellings);
  expect(first.unresolved.map(({ component }) => component)).toContain('keda');
  expect((await plan()).asked).toBe(0);
  azure.clock.advance(hours(7) / 1000);
  expect((await plan()).asked).toBe(candidates.length * spellings);
});

test('as soon as one candidate has it, it is adopted, warmed and no reason to keep the gate shut', async () => {
  const { azure, plan, candidates, version } = subscriptionWithKeda();
  azure.mar.put(candidates[0]!, version);
  const { artifacts, unresolved } = await plan();
  expect(artifacts).toContain(`${candidates[0]}:${version}`);
  expect(unresolved.map(({ component }) => component)).not.toContain('keda');
  expect(
    await azure.states.get((await azure.targets.list())[0]!.planned!.registry, {
      repository: candidates[0]!,
      tag: version,
    }),
  ).toBeDefined();
});

import { ArmClient } from '../../shared/azure/arm-client.js';
import { ArmClusterTopics } from '../../shared/azure/cluster-topics.js';
import { whyUnheard, type ClusterTopics } from '../../shared/gate/reconcile/cluster-topics.js';
import { clusterId } from '../support/builders.js';
import { FakeClusterTopics } from '../support/fakes/fake-arm.js';
import { credentialOf } from '../support/local-credential.js';
import { trust } from '../support/trust.js';
import { closeAll, smallScenario, start } from '../unit/local/azure/azure-client.js';

afterAll(closeAll);

interface Arranged {
  readonly topics: ClusterTopics;
  readonly heard: string;
  readonly unheard: string;
}

function clusterTopicsContract(arrange: () => Promise<Arranged>): void {
  test('tells the topics of clusters, and where each delivers what', async () => {
    const { topics, heard, unheard } = await arrange();
    const found = await topics.list();
    expect(found.find(({ clusterId: id }) => id.toLowerCase() === heard.toLowerCase())?.subscriptions).toEqual([
      {
        eventTypes: ['Microsoft.ContainerService.NewKubernetesVersionAvailable'],
        delivery: { kind: 'queue', account: 'devstoreaccount1', queue: 'events' },
      },
    ]);
    expect(whyUnheard(heard, found, 'devstoreaccount1')).toBeUndefined();
    expect(whyUnheard(unheard, found, 'devstoreaccount1')).toBeDefined();
  });
}

describe('the fake of system topics', () => {
  clusterTopicsContract(async () => {
    const topics = new FakeClusterTopics();
    const eventTypes = ['Microsoft.ContainerService.NewKubernetesVersionAvailable'];
    const delivery = { kind: 'queue', account: 'devstoreaccount1', queue: 'events' } as const;
    topics.topics = [{ clusterId: clusterId('one'), subscriptions: [{ eventTypes, delivery }] }];
    return { topics, heard: clusterId('one'), unheard: clusterId('two') };
  });
});

describe('system topics of the local Azure', () => {
  const connect = async (): Promise<Arranged> => {
    const [one, ...others] = smallScenario.clusters;
    if (!one) throw new Error('the small scenario is empty');
    const azure = await start({ clusters: [one, ...others.map((cluster) => ({ ...cluster, subscribed: false }))] });
    trust(azure.caPem);
    const arm = new ArmClient(azure.armEndpoint, 'https://management.azure.com', credentialOf(azure));
    const id = (name: string): string => azure.world.clusters.get(name)?.id ?? name;
    return { topics: new ArmClusterTopics(arm, azure.subscriptionId), heard: id('one'), unheard: id('two') };
  };
  clusterTopicsContract(connect);
});

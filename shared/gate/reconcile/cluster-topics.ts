/** Where an event subscription delivers. `other`, such as a webhook, does not tell whether it is us. */
export type Delivery =
  | { readonly kind: 'queue'; readonly account: string; readonly queue: string }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'other' };

export interface TopicSubscription {
  /** Empty: every type. */
  readonly eventTypes: readonly string[];
  readonly delivery: Delivery;
}

/** The Event Grid system topic of one cluster; a cluster has one at most. */
export interface ClusterTopic {
  readonly clusterId: string;
  readonly subscriptions: readonly TopicSubscription[];
}

/** System topics of clusters as Azure Resource Manager describes them. */
export interface ClusterTopics {
  /** Those of the subscription. @throws SyncError ARM_FORBIDDEN, ARM_UNAVAILABLE, ARM_UNEXPECTED */
  list(): Promise<readonly ClusterTopic[]>;
}

const newVersion = 'microsoft.containerservice.newkubernetesversionavailable';
const ourQueue = 'events';
const ourFunction = 'kubernetes-version-available';
const meanwhile = 'the timer alone finds its new versions';

/**
 * Why events of a cluster do not reach the app; undefined where they do, or may. Pure.
 * @param account storage account of the app; undefined: not known, any will do
 */
export function whyUnheard(
  clusterId: string,
  topics: readonly ClusterTopic[],
  account: string | undefined,
): string | undefined {
  const own = topics.filter((topic) => topic.clusterId.toLowerCase() === clusterId.toLowerCase());
  if (own.length === 0)
    return `no Event Grid system topic: ${meanwhile}. Add it to clusterIds and deploy again, or run: ${commandFor(clusterId, account)}`;
  const reaches = own.flatMap(({ subscriptions }) => subscriptions).some((one) => mayReachUs(one, account));
  if (reaches) return undefined;
  return `its system topic delivers no new versions to this app: ${meanwhile}. Add an event subscription to it: docs/operations.md, "A new cluster"`;
}

/** Deploys what the template makes for a cluster of `clusterIds`, with the names that it gives unless told otherwise. */
function commandFor(clusterId: string, account = '<account>'): string {
  const parameters = `clusterId=${clusterId} storageAccountName=${account}`;
  return `az deployment group create -g rg-artifact-sync -f infra/cluster-topic.bicep -p ${parameters}`;
}

function mayReachUs({ eventTypes, delivery }: TopicSubscription, account: string | undefined): boolean {
  const isWanted = eventTypes.length === 0 || eventTypes.some((type) => type.toLowerCase() === newVersion);
  if (!isWanted) return false;
  if (delivery.kind === 'other') return true;
  if (delivery.kind === 'function') return delivery.name.toLowerCase() === ourFunction;
  const isOurAccount = account === undefined || delivery.account.toLowerCase() === account.toLowerCase();
  return isOurAccount && delivery.queue.toLowerCase() === ourQueue;
}

import { answerArmError, answerPage } from './arm-answers.js';
import type { ClusterState } from './cluster-state.js';
import type { Answer, Received } from './http.js';

const storageAccount = 'devstoreaccount1';

/** Event Grid system topics of clusters, with the event subscription that infra/modules/cluster-events.bicep makes. Read only. */
export function answerSystemTopics(
  clusters: readonly ClusterState[],
  request: Received,
  [name, child]: readonly (string | undefined)[],
  pageSize: number,
): Answer {
  if (request.method !== 'GET') return answerArmError(405, 'MethodNotAllowed', 'The local Azure only lists topics.');
  const topics = clusters.filter(({ declared }) => declared.subscribed);
  if (name === undefined) return answerPage(topics.map(describeTopic), request, pageSize);
  const cluster = topics.find((one) => topicName(one).toLowerCase() === name.toLowerCase());
  if (!cluster || child?.toLowerCase() !== 'eventsubscriptions')
    return answerArmError(404, 'ResourceNotFound', `There is no system topic '${name}'.`);
  return answerPage([describeSubscription(cluster)], request, pageSize);
}

function topicName({ name }: ClusterState): string {
  return `egst-${name}`;
}

function topicId(cluster: ClusterState): string {
  const scope = `/subscriptions/${cluster.subscriptionId}/resourceGroups/rg-artifact-sync`;
  return `${scope}/providers/Microsoft.EventGrid/systemTopics/${topicName(cluster)}`;
}

function describeTopic(cluster: ClusterState) {
  return {
    id: topicId(cluster),
    name: topicName(cluster),
    type: 'Microsoft.EventGrid/systemTopics',
    location: cluster.location,
    properties: {
      source: cluster.id,
      topicType: 'microsoft.containerservice.managedclusters',
      provisioningState: 'Succeeded',
    },
  };
}

function describeSubscription(cluster: ClusterState) {
  const account = `/subscriptions/${cluster.subscriptionId}/resourceGroups/rg-artifact-sync/providers/Microsoft.Storage/storageAccounts/${storageAccount}`;
  return {
    id: `${topicId(cluster)}/eventSubscriptions/artifact-sync`,
    name: 'artifact-sync',
    properties: {
      provisioningState: 'Succeeded',
      destination: null,
      deliveryWithResourceIdentity: {
        destination: { endpointType: 'StorageQueue', properties: { resourceId: account, queueName: 'events' } },
      },
      filter: { includedEventTypes: ['Microsoft.ContainerService.NewKubernetesVersionAvailable'] },
      eventDeliverySchema: 'EventGridSchema',
    },
  };
}

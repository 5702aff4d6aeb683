import { z } from 'zod';
import type { ClusterTopic, ClusterTopics, Delivery, TopicSubscription } from '../gate/reconcile/cluster-topics.js';
import { SyncError } from '../model/errors.js';
import type { ArmClient } from './arm-client.js';

const apiVersion = '2025-02-15';
const topicType = 'microsoft.containerservice.managedclusters';

const topicDocument = z.object({
  id: z.string().max(2048).startsWith('/subscriptions/'),
  properties: z.object({ source: z.string().max(2048).nullish(), topicType: z.string().nullish() }),
});
const destinationDocument = z.object({
  endpointType: z.string(),
  properties: z.object({ resourceId: z.string().nullish(), queueName: z.string().nullish() }).nullish(),
});
const subscriptionDocument = z.object({
  properties: z.object({
    filter: z.object({ includedEventTypes: z.array(z.string()).nullish() }).nullish(),
    destination: destinationDocument.nullish(),
    deliveryWithResourceIdentity: z.object({ destination: destinationDocument.nullish() }).nullish(),
  }),
});

/** System topics by raw ARM, one request for all and one for each of a cluster. Source: REST reference of Event Grid, "System Topics". */
export class ArmClusterTopics implements ClusterTopics {
  constructor(
    private readonly arm: ArmClient,
    private readonly subscriptionId: string,
  ) {}

  async list(): Promise<readonly ClusterTopic[]> {
    const path = `/subscriptions/${this.subscriptionId}/providers/Microsoft.EventGrid/systemTopics`;
    const topics = (await this.arm.list(path, apiVersion)).map((item) => parse(topicDocument, item));
    const found: ClusterTopic[] = [];
    for (const { id, properties } of topics) {
      if (properties.topicType?.toLowerCase() !== topicType || !properties.source) continue;
      const items = await this.arm.list(`${id}/eventSubscriptions`, apiVersion);
      found.push({ clusterId: properties.source, subscriptions: items.map(subscriptionOf) });
    }
    return found;
  }
}

function subscriptionOf(item: unknown): TopicSubscription {
  const { filter, destination, deliveryWithResourceIdentity } = parse(subscriptionDocument, item).properties;
  return {
    eventTypes: filter?.includedEventTypes ?? [],
    delivery: deliveryOf(deliveryWithResourceIdentity?.destination ?? destination ?? undefined),
  };
}

function deliveryOf(destination: z.infer<typeof destinationDocument> | undefined): Delivery {
  const last = destination?.properties?.resourceId?.split('/').at(-1) ?? '';
  if (destination?.endpointType === 'StorageQueue')
    return { kind: 'queue', account: last, queue: destination.properties?.queueName ?? '' };
  if (destination?.endpointType === 'AzureFunction') return { kind: 'function', name: last };
  return { kind: 'other' };
}

function parse<Schema extends z.ZodType>(schema: Schema, item: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new SyncError('ARM_UNEXPECTED', `Event Grid: ${z.prettifyError(parsed.error).slice(0, 300)}`);
}

import { randomUUID } from 'node:crypto';
import { compareVersions } from '../../shared/model/kubernetes-version.js';
import type { ClusterState } from './cluster-state.js';
import { guidOf } from './guid.js';
import type { ScenarioEvent } from './scenario.js';
import { describeGateProperties } from './fleet-documents.js';
import type { GateState } from './fleet-state.js';

/** An event of a scenario, published now. */
export type FiredEvent = Pick<ScenarioEvent, 'type' | 'cluster'> & Partial<ScenarioEvent>;

/** System topics: clusters have one each in Azure, one stands for all of them here. */
export const topics = ['managed-clusters', 'aks-resources', 'container-service-events'] as const;
export type Topic = (typeof topics)[number];

/** Event Grid's own schema, version 1. */
export interface EventGridEvent {
  readonly id: string;
  readonly topic: string;
  readonly subject: string;
  readonly eventType: string;
  readonly eventTime: string;
  readonly data: unknown;
  readonly dataVersion: string;
  readonly metadataVersion: string;
}

function newEvent(eventType: string, topic: string, subject: string, data: unknown): EventGridEvent {
  return {
    id: randomUUID(),
    topic,
    subject,
    eventType,
    eventTime: new Date().toISOString(),
    data,
    dataVersion: '1',
    metadataVersion: '1',
  };
}

/** Source: azure-docs event-schema-aks.md. */
function newKubernetesVersionEvent(cluster: ClusterState): EventGridEvent {
  const offered = [cluster.kubernetesVersion, ...cluster.upgrades].sort(compareVersions);
  const newest = offered.at(-1) ?? cluster.kubernetesVersion;
  return newEvent('Microsoft.ContainerService.NewKubernetesVersionAvailable', cluster.id, cluster.name, {
    latestSupportedKubernetesVersion: newest,
    latestStableKubernetesVersion: newest,
    lowestMinorKubernetesVersion: offered[0] ?? cluster.kubernetesVersion,
    latestPreviewKubernetesVersion: null,
  });
}

/** Source: azure-docs event-schema-aks-resources.md. */
export function newGateEvent(change: 'Created' | 'Updated', gate: GateState, subscriptionId: string): EventGridEvent {
  const eventType = `Microsoft.ResourceNotifications.AKSResources.FleetGate${change}`;
  return newEvent(eventType, `/subscriptions/${subscriptionId}`, gate.id, {
    resourceInfo: {
      id: gate.id,
      name: gate.name,
      type: 'Microsoft.ContainerService/fleets/gates',
      properties: describeGateProperties(gate),
    },
    operationalInfo: { resourceEventTime: new Date().toISOString() },
    apiVersion: '2026-06-01',
  });
}

/** What a scenario says of an event, as Azure would publish it. */
export function newScenarioEvent(
  cluster: ClusterState,
  event: FiredEvent,
): { readonly topic: Topic; readonly event: EventGridEvent } {
  if (event.type === 'NewKubernetesVersionAvailable')
    return { topic: 'managed-clusters', event: newKubernetesVersionEvent(cluster) };
  return { topic: 'container-service-events', event: newScheduledEvent(cluster, event) };
}

/**
 * AKS changes a cluster by itself, or is going to. One maintenance keeps its id through all its events.
 * Source: azure-docs event-schema-containerservice-resources.md.
 */
function newScheduledEvent(cluster: ClusterState, event: FiredEvent): EventGridEvent {
  const { details = '', status = 'Scheduled', inSeconds = 3600 } = event;
  const eventId = guidOf(`maintenance of ${cluster.id} ${details}`);
  const id = `${cluster.id}/scheduledEvents/${eventId}`;
  const subscription = cluster.id.split('/').slice(0, 3).join('/');
  const now = new Date().toISOString();
  const eventType = 'Microsoft.ResourceNotifications.ContainerServiceEventResources.ScheduledEventEmitted';
  return newEvent(eventType, subscription, id, {
    resourceInfo: {
      ...{ id, name: eventId, type: 'Microsoft.ContainerService/managedClusters/scheduledEvents' },
      properties: {
        ...{ description: 'ScheduledEvents', eventId, eventSource: 'AutoUpgrader', eventStatus: status },
        eventDetails: details,
        scheduledTime: new Date(Date.now() + inSeconds * 1000).toISOString(),
        startTime: '0001-01-01T00:00:00.0000000Z',
        lastUpdateTime: now,
        ...{ resources: [cluster.id], resourceType: 'ManagedCluster' },
      },
    },
    operationalInfo: { resourceEventTime: now },
    apiVersion: '2023-11-02-preview',
  });
}

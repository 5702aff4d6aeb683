import { randomUUID } from 'node:crypto';
import { compareVersions } from '../../shared/model/kubernetes-version.js';
import type { ClusterState } from './cluster-state.js';
import { describeGateProperties } from './fleet-documents.js';
import type { GateState } from './fleet-state.js';

/** System topics: clusters have one each in Azure, one stands for all of them here. */
export const topics = ['managed-clusters', 'aks-resources'] as const;
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
export function newKubernetesVersionEvent(cluster: ClusterState): EventGridEvent {
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

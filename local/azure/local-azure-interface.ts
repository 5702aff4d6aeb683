import type { ArtifactRef } from '../../shared/model/artifact.js';
import type { KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import type { ClusterState } from './cluster-state.js';
import type { Subscription } from './event-grid.js';
import type { PublishedEvent } from './event-topic.js';
import type { EventGridEvent, FiredEvent, Topic } from './events.js';
import type { MarContent } from './mar.js';
import type { RequestLog } from './request-log.js';
import type { Scenario } from './scenario.js';
import type { Timers } from './timers.js';
import type { World } from './world.js';

export interface LocalAzureOptions {
  /** Items of one page of an ARM list; small, so that every list has pages. Default 2. */
  readonly armPageSize?: number;
  /** Seconds before the tries of an event delivery after the first. Default `quickRetries`. */
  readonly eventRetrySeconds?: readonly number[];
  /** What the nodes of a cluster pull for a version, beside `nodePulls`; checked against the registry's truth when an upgrade begins. */
  readonly pulledByNodes?: (cluster: ClusterState, version: KubernetesVersion) => readonly ArtifactRef[];
  /** Whether maintenance configurations have ETags; Azure documents none. */
  readonly maintenanceETags?: 'given' | 'none';
  /** Instead of what the catalogue names. */
  readonly marContent?: MarContent;
  /** By which everything in it takes its time; the machine's clock unless given. */
  readonly timers?: Timers;
}

export interface LocalAzure {
  readonly scenario: Scenario;
  readonly armEndpoint: string;
  readonly marEndpoint: string;
  /** Name by which cache rules spell MAR. */
  readonly marHost: string;
  /** AgentBaker's list. */
  readonly agentBakerUrl: string;
  /** Vulnerability Data API. */
  readonly vulnerabilityApiEndpoint: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  readonly logAnalyticsEndpoint: string;
  /** The workspace that gets the logs of every registry. */
  readonly logAnalyticsWorkspaceId: string;
  /** A custom topic of schema CloudEvents 1.0. */
  readonly eventTopicEndpoint: string;
  /** What was published to it so far, doubles too. */
  readonly publishedEvents: readonly PublishedEvent[];
  /** For `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  readonly caPem: string;
  readonly subscriptionId: string;
  /** Login server (`127.0.0.1:port`) by registry name. */
  readonly loginServers: ReadonlyMap<string, string>;
  readonly world: World;
  readonly requestLog: RequestLog;
  /** Creates an event subscription. @throws Error when the endpoint fails the validation handshake */
  subscribe(subscription: Subscription): Promise<void>;
  /** Starts the update runs and publishes the scenario's events. Call once, after `subscribe`. */
  play(): void;
  /** Publishes an event of the scenario's kind now. */
  fire(event: FiredEvent): void;
  /** Publishes any event, also malformed ones. */
  publish(topic: Topic, event: EventGridEvent): void;
  close(): Promise<void>;
}

import { loadCatalog } from '../../shared/catalog/catalog.js';
import type { KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import { AcrTokens } from './acr-tokens.js';
import { armOptions, ArmServer, type ArmRegistry } from './arm-server.js';
import { AutoUpgrades } from './auto-upgrades.js';
import { answerCatalogSources, buildCatalogSources } from './catalog-sources.js';
import type { ThrowawayCa } from './certificates.js';
import { ClusterState } from './cluster-state.js';
import { DataEndpoint } from './data-endpoint.js';
import { Dice } from './dice.js';
import { EventGrid, quickRetries } from './event-grid.js';
import { newGateEvent, newScenarioEvent, type FiredEvent } from './events.js';
import { Fleet, type FleetListener } from './fleet.js';
import { guidOf } from './guid.js';
import type { LocalAzure, LocalAzureOptions } from './local-azure-interface.js';
import { listen, type Handle, type Listening } from './http.js';
import { TokenIssuer } from './identity.js';
import { answerLogAnalytics } from './log-analytics.js';
import { assignPolicy } from './policy-assignment.js';
import { ImportOperations } from './import-operations.js';
import { buildMarContent, splitArtifact } from './mar-content.js';
import { answerMar } from './mar-server.js';
import { Mar } from './mar.js';
import { pullAsNodes, type PulledRegistry } from './node-pulls.js';
import { PullLog } from './pull-log.js';
import { RegistryCache } from './registry-cache.js';
import { registryId } from './registry-documents.js';
import { createRegistryHandle } from './registry-handle.js';
import { armActionOf } from './arm-actions.js';
import { classOf, RequestLog } from './request-log.js';
import type { Scenario } from './scenario.js';
import { scheduleOutage } from './schedule-outage.js';
import { serveEventTopic, serveIdentity } from './serve-doors.js';
import { Timers } from './timers.js';
import { World } from './world.js';

/** Name by which cache rules spell MAR. */
const marHost = 'mcr.microsoft.com';

/** The services of one local Azure, put together. Call `boot` once, and `close` also when it failed. */
export class Booting {
  private readonly timers: Timers;
  private readonly issuer = new TokenIssuer();
  private readonly requestLog = new RequestLog();
  private readonly pulls = new PullLog();
  private readonly pulledRegistries = new Map<string, PulledRegistry>();
  private readonly dice: Dice;
  private readonly mar: Mar;
  private readonly servers: Listening[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly options: LocalAzureOptions,
    private readonly ca: ThrowawayCa,
  ) {
    this.timers = options.timers ?? new Timers();
    this.dice = new Dice(scenario.seed);
    this.mar = new Mar(options.marContent ?? buildMarContent(loadCatalog(), scenario));
  }

  async boot(): Promise<LocalAzure> {
    const { scenario, ca } = this;
    const mar = await this.serve('mar', (request) => answerMar(this.mar, request), 'https');
    const sources = await this.serveCatalogSources();
    const audiences = ['https://management.azure.com', 'https://management.core.windows.net'];
    const caches = this.createCaches();
    const registries = await this.serveRegistries(caches, audiences);
    const clusters = this.createClusters();
    const eventGrid = this.createEventGrid();
    const world = this.createWorld(clusters, eventGrid, caches);
    const { dice, mar: truth, timers, issuer } = this;
    const armParts = {
      scenario,
      imports: new ImportOperations({ scenario, marHost, mar: truth, dice, timers }),
      clusters: [...clusters.values()],
      registries,
      fleets: world.fleets,
      policyAssignment: world.policyAssignment,
      issuer,
    };
    scheduleOutage(scenario.faults.marDown, this.mar, timers);
    const arm = new ArmServer({ ...armParts, audiences, dice, ...armOptions(this.options) });
    const armPort = await this.serve('arm', (request) => arm.answer(request), 'https');
    const armEndpoint = `https://127.0.0.1:${armPort}`;
    // In a sovereign cloud, too, Resource Manager's own address is a valid audience.
    audiences.push(armEndpoint);
    return {
      scenario,
      armEndpoint,
      marEndpoint: `https://127.0.0.1:${mar}`,
      marHost,
      agentBakerUrl: `https://127.0.0.1:${sources}/agentbaker/components.json`,
      vulnerabilityApiEndpoint: `https://127.0.0.1:${sources}/api/v1`,
      ...(await serveIdentity((...service) => this.serve(...service), issuer)),
      ...(await this.serveLogAnalytics()),
      ...(await serveEventTopic((...service) => this.serve(...service), {
        issuer,
        dice,
        timers,
        faults: scenario.faults,
      })),
      caFile: ca.caFile,
      caPem: ca.caPem,
      subscriptionId: scenario.subscriptionId,
      loginServers: new Map(registries.map(({ declared, loginServer }) => [declared.name, loginServer])),
      world,
      requestLog: this.requestLog,
      subscribe: (subscription) => eventGrid.subscribe(subscription),
      play: () => this.play(world),
      fire: (event) => this.fire(world, event),
      publish: (topic, event) => eventGrid.publish(topic, event),
      close: () => this.close(),
    };
  }

  async close(): Promise<void> {
    this.timers.close();
    await Promise.all(this.servers.map((server) => server.close()));
    await this.ca.remove();
  }

  private createWorld(
    clusters: ReadonlyMap<string, ClusterState>,
    eventGrid: EventGrid,
    caches: ReadonlyMap<string, RegistryCache>,
  ): World {
    const fleets = this.createFleets(clusters, () => world);
    const world: World = new World(this.mar, clusters, fleets, eventGrid, caches, assignPolicy(this.scenario));
    return world;
  }

  private play(world: World): void {
    for (const fleet of world.fleets) fleet.start();
    const upgrades = new AutoUpgrades(this.timers, (cluster, version) => this.pullForUpgrade(world, cluster, version));
    for (const cluster of world.clusters.values()) upgrades.start(cluster);
    for (const event of this.scenario.events) this.timers.after(event.afterSeconds, () => this.fire(world, event));
  }

  private fire(world: World, event: FiredEvent): void {
    const cluster = world.clusters.get(event.cluster);
    if (!cluster) throw new Error(`the scenario has no cluster "${event.cluster}"`);
    const { topic, event: document } = newScenarioEvent(cluster, event);
    if (topic === 'managed-clusters' && !cluster.declared.subscribed) return;
    world.eventGrid.publish(topic, document);
  }

  /** @returns the port */
  private async serve(service: string, handle: Handle, protocol: 'http' | 'https'): Promise<number> {
    const server = await listen(
      async (request) => {
        const wait = this.dice.between(this.scenario.faults.latencySeconds, 'latency', `${service} ${request.path}`);
        if (wait > 0 && protocol === 'https') await this.timers.sleep(wait);
        const answer = await handle(request);
        if (service === 'arm') this.requestLog.armActions.add(armActionOf(request.method, request.path));
        this.requestLog.count(service, `${classOf(request.path)} ${request.method}`, answer.status);
        return answer;
      },
      protocol === 'https' ? this.ca.server : undefined,
    );
    this.servers.push(server);
    this.requestLog.meter(service, () => server.bytes());
    return server.port;
  }

  private serveCatalogSources(): Promise<number> {
    const documents = buildCatalogSources(loadCatalog(), this.mar, this.scenario);
    const fault = this.scenario.faults.catalogSources;
    return this.serve('catalog-sources', (request) => answerCatalogSources(documents, fault, request), 'https');
  }

  private createCaches(): ReadonlyMap<string, RegistryCache> {
    const { mar, dice, timers } = this;
    const parts = { upstreamHost: marHost, mar, dice, timers, faults: this.scenario.faults };
    return new Map(this.scenario.registries.map((registry) => [registry.name, new RegistryCache(registry, parts)]));
  }

  private async serveRegistries(
    caches: ReadonlyMap<string, RegistryCache>,
    audiences: readonly string[],
  ): Promise<ArmRegistry[]> {
    const { scenario, dice, mar, pulls, timers } = this;
    const data = new DataEndpoint(caches);
    data.address = `https://127.0.0.1:${await this.serve('data', (request) => data.answer(request), 'https')}`;
    const registries = scenario.registries.flatMap((declared) => {
      const cache = caches.get(declared.name);
      return cache ? [{ declared, cache }] : [];
    });
    return Promise.all(
      registries.map(async ({ declared, cache }) => {
        // The login server is known only when the port is; nothing asks before.
        const server: { handle: Handle } = { handle: () => ({ status: 503 }) };
        const port = await this.serve(`acr ${declared.name}`, (request) => server.handle(request), 'https');
        const loginServer = `127.0.0.1:${port}`;
        const tokens = new AcrTokens(loginServer, this.issuer, audiences);
        const parts = { loginServer, cache, tokens, dice, mar, pulls, faults: scenario.faults };
        this.pulledRegistries.set(declared.name, { loginServer, cache });
        server.handle = createRegistryHandle(declared, parts, data, () => timers.now());
        return { id: registryId(scenario.subscriptionId, declared), declared, loginServer, cache };
      }),
    );
  }

  private async serveLogAnalytics() {
    const logAnalyticsWorkspaceId = guidOf(`workspace ${this.scenario.subscriptionId}`);
    const audiences: string[] = [];
    const parts = { workspaceId: logAnalyticsWorkspaceId, pulls: this.pulls, issuer: this.issuer, audiences };
    const port = await this.serve('logs', (request) => answerLogAnalytics(parts, request), 'https');
    const logAnalyticsEndpoint = `https://127.0.0.1:${port}`;
    audiences.push(logAnalyticsEndpoint);
    return { logAnalyticsEndpoint, logAnalyticsWorkspaceId };
  }

  private createClusters(): ReadonlyMap<string, ClusterState> {
    const { subscriptionId, location, registries, componentVersions } = this.scenario;
    return new Map(
      this.scenario.clusters.map((cluster) => {
        const registry = registries.find((one) => one.name === cluster.registry);
        const id = registry && registryId(subscriptionId, registry);
        return [cluster.name, new ClusterState(cluster, subscriptionId, location, id, componentVersions)];
      }),
    );
  }

  private createEventGrid(): EventGrid {
    const retries = this.options.eventRetrySeconds ?? quickRetries;
    return new EventGrid(this.scenario.faults, this.dice, this.timers, retries);
  }

  private createFleets(clusters: ReadonlyMap<string, ClusterState>, world: () => World): readonly Fleet[] {
    const { subscriptionId } = this.scenario;
    const listener: FleetListener = {
      gateCreated: (gate) => world().eventGrid.publish('aks-resources', newGateEvent('Created', gate, subscriptionId)),
      gateUpdated: (gate) => world().eventGrid.publish('aks-resources', newGateEvent('Updated', gate, subscriptionId)),
      clusterUpgrading: (cluster, version) => this.pullForUpgrade(world(), cluster, version),
    };
    return this.scenario.fleets.map((fleet) => new Fleet(fleet, subscriptionId, clusters, this.timers, listener));
  }

  private pullForUpgrade(world: World, cluster: ClusterState, version: KubernetesVersion): void {
    const declared = cluster.declared.nodePulls.map(splitArtifact);
    const pulled = [...(this.options.pulledByNodes?.(cluster, version) ?? []), ...declared];
    const missing = world.missingFor(cluster, pulled);
    world.upgrades.push({ cluster: cluster.name, kubernetesVersion: version, at: new Date(), missing });
    const registry = this.pulledRegistries.get(cluster.declared.registry ?? '');
    if (registry) pullAsNodes(cluster, registry, pulled, this.pulls);
  }
}

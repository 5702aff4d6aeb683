import { randomBytes } from 'node:crypto';
import { loadCatalog } from '../../shared/catalog/catalog.js';
import { answerAcr } from './acr-server.js';
import { AcrTokens } from './acr-tokens.js';
import { ArmServer, type ArmRegistry } from './arm-server.js';
import type { ThrowawayCa } from './certificates.js';
import { ClusterState } from './cluster-state.js';
import { Dice } from './dice.js';
import { EventGrid, quickRetries } from './event-grid.js';
import { newGateEvent, newKubernetesVersionEvent } from './events.js';
import { Fleet, type FleetListener } from './fleet.js';
import type { LocalAzure, LocalAzureOptions } from './local-azure-interface.js';
import { listen, type Handle, type Listening } from './http.js';
import { answerIdentity, TokenIssuer } from './identity.js';
import { buildMarContent } from './mar-content.js';
import { answerMar } from './mar-server.js';
import { Mar } from './mar.js';
import { RegistryCache } from './registry-cache.js';
import { registryId } from './registry-documents.js';
import { RequestLog } from './request-log.js';
import type { Scenario, ScenarioEvent } from './scenario.js';
import { Timers } from './timers.js';
import { World } from './world.js';

/** Name by which cache rules spell MAR. */
const marHost = 'mcr.microsoft.com';

/** The services of one local Azure, put together. Call `boot` once, and `close` also when it failed. */
export class Booting {
  private readonly timers = new Timers();
  private readonly issuer = new TokenIssuer();
  private readonly requestLog = new RequestLog();
  private readonly dice: Dice;
  private readonly mar: Mar;
  private readonly servers: Listening[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly options: LocalAzureOptions,
    private readonly ca: ThrowawayCa,
  ) {
    this.dice = new Dice(scenario.seed);
    this.mar = new Mar(options.marContent ?? buildMarContent(loadCatalog(), scenario));
  }

  async boot(): Promise<LocalAzure> {
    const { scenario, ca } = this;
    const identityHeader = randomBytes(16).toString('hex');
    const identity = await this.serve(
      'identity',
      (request) => answerIdentity(request, identityHeader, this.issuer),
      'http',
    );
    const mar = await this.serve('mar', (request) => answerMar(this.mar, request), 'https');
    const audiences = ['https://management.azure.com', 'https://management.core.windows.net'];
    const caches = this.createCaches();
    const registries = await this.serveRegistries(caches, audiences);
    const clusters = this.createClusters();
    const eventGrid = this.createEventGrid();
    const world: World = new World(
      this.mar,
      clusters,
      this.createFleets(clusters, () => world),
      eventGrid,
      caches,
    );
    const armParts = {
      scenario,
      clusters: [...clusters.values()],
      registries,
      fleets: world.fleets,
      issuer: this.issuer,
    };
    const arm = new ArmServer({ ...armParts, audiences, dice: this.dice, pageSize: this.options.armPageSize ?? 2 });
    const armPort = await this.serve('arm', (request) => arm.answer(request), 'https');
    const armEndpoint = `https://127.0.0.1:${armPort}`;
    // In a sovereign cloud, too, Resource Manager's own address is a valid audience.
    audiences.push(armEndpoint);
    return {
      scenario,
      armEndpoint,
      marEndpoint: `https://127.0.0.1:${mar}`,
      marHost,
      identityEndpoint: `http://127.0.0.1:${identity}/msi/token`,
      identityHeader,
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

  private play(world: World): void {
    for (const fleet of world.fleets) fleet.start();
    for (const event of this.scenario.events) this.timers.after(event.afterSeconds, () => this.fire(world, event));
  }

  private fire(world: World, event: Pick<ScenarioEvent, 'type' | 'cluster'>): void {
    const cluster = world.clusters.get(event.cluster);
    if (!cluster) throw new Error(`the scenario has no cluster "${event.cluster}"`);
    world.eventGrid.publish('managed-clusters', newKubernetesVersionEvent(cluster));
  }

  /** @returns the port */
  private async serve(service: string, handle: Handle, protocol: 'http' | 'https'): Promise<number> {
    const server = await listen(
      async (request) => {
        const wait = this.dice.between(this.scenario.faults.latencySeconds, 'latency', `${service} ${request.path}`);
        if (wait > 0 && protocol === 'https') await this.timers.sleep(wait);
        const answer = await handle(request);
        this.requestLog.count(service, `${classOf(request.path)} ${request.method}`, answer.status);
        return answer;
      },
      protocol === 'https' ? this.ca.server : undefined,
    );
    this.servers.push(server);
    return server.port;
  }

  private createCaches(): ReadonlyMap<string, RegistryCache> {
    const { scenario } = this;
    return new Map(
      scenario.registries.map((registry) => {
        const stuck = scenario.faults.neverCaches.filter((entry) => entry.registry === registry.name);
        const artifacts = stuck.map((entry) => entry.artifact);
        return [registry.name, new RegistryCache(registry, marHost, this.mar, artifacts, this.dice, this.timers)];
      }),
    );
  }

  private serveRegistries(
    caches: ReadonlyMap<string, RegistryCache>,
    audiences: readonly string[],
  ): Promise<ArmRegistry[]> {
    const { scenario, dice } = this;
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
        const parts = { name: declared.name, loginServer, cache, tokens, dice, faults: scenario.faults };
        server.handle = (request) => answerAcr(parts, request);
        return { id: registryId(scenario.subscriptionId, declared), declared, loginServer };
      }),
    );
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
      clusterUpgrading: (cluster, version) => {
        const pulled = this.options.pulledByNodes?.(cluster, version) ?? [];
        const missing = world().missingFor(cluster, pulled);
        world().upgrades.push({ cluster: cluster.name, kubernetesVersion: version, at: new Date(), missing });
      },
    };
    return this.scenario.fleets.map((fleet) => new Fleet(fleet, subscriptionId, clusters, this.timers, listener));
  }
}

/** What a path is about, without names: the class of a request for the log. */
function classOf(path: string): string {
  if (path.startsWith('/v2/')) return /\/(manifests|blobs|tags)\//.exec(path)?.[1] ?? 'base';
  if (path.startsWith('/oauth2/')) return 'token';
  if (path.startsWith('/acr/')) return 'inventory';
  const segments = path.toLowerCase().split('/');
  const types = ['gates', 'updateruns', 'members', 'cacherules', 'upgradeprofiles', 'operations', 'operationresults'];
  const resources = ['managedclusters', 'registries', 'fleets'];
  return [...types, ...resources].find((type) => segments.includes(type)) ?? 'other';
}

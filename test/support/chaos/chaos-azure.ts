import { Application } from '../../../shared/app/application.js';
import type { Ports } from '../../../shared/app/ports.js';
import { AcrMetadata } from '../../../shared/azure/acr-metadata.js';
import { AcrStoredManifests } from '../../../shared/azure/acr-stored-manifests.js';
import { AcrTokens } from '../../../shared/azure/acr-tokens.js';
import type { Cluster } from '../../../shared/model/cluster.js';
import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { AnonymousTokens } from '../../../shared/oci/anonymous.js';
import { RegistryClient } from '../../../shared/oci/registry-client.js';
import { accountOfMar, accountOfRegistry, watchFetch } from '../../../shared/oci/watched-fetch.js';
import type { RequirementSet } from '../../../shared/model/artifact.js';
import { resolveRequirements } from '../../../shared/requirements/resolve.js';
import { limitsUnder, OwnLedgers, type LedgerStore } from '../../../shared/warming/budget-ledger.js';
import { SharedBudgets } from '../../../shared/warming/budgets.js';
import { ContentMemory } from '../../../shared/warming/content-memory.js';
import { Outages } from '../../../shared/warming/outages.js';
import { RememberingReader } from '../../../shared/warming/remember-reader.js';
import { clusterId, clusterOf, hours, minutes, profileOf, registryOf, runOf, target } from '../builders.js';
import type { Chance } from '../chance.js';
import { FakeSubscription } from '../fakes/fake-subscription.js';
import { marHost } from './local-imports.js';
import { LocalRegistries } from './local-registries.js';
import { tinyCatalog } from './tiny-catalog.js';
import { Truth } from './truth.js';
import { WeatherDice } from './weather-dice.js';
import { Weather, type Fault } from './weather.js';

export const clusterNames = ['one', 'two', 'three'] as const;
/** Its registry takes imports, which are warmed like all else; nodes want a rule, so its gates stay shut. */
export const withoutRule = 'three';
/** What each instance of the app has of its own. */
export type InstancePorts = Pick<
  Ports,
  'now' | 'budgets' | 'upstream' | 'registry' | 'storedManifests' | 'memory' | 'outages'
>;

const repositoryOfRevisions = 'oss/v2/kubernetes/kube-proxy';

const reported = new Map([
  ['1.34', [{ name: 'coredns', version: 'v1.12.1-25' }]],
  ['1.35', [{ name: 'coredns', version: 'v1.13.1-6' }]],
]);

/** Clusters one and two share a registry with a cache rule, three has one of its own that takes imports; with arm64 nodes, more is needed. */
export function clusterWith(name: string, nodes: 'amd64' | 'both'): Cluster {
  const cluster = clusterOf(name, name === withoutRule ? 'own' : 'shared');
  const [pool] = cluster.pools;
  if (nodes === 'amd64' || !pool) return cluster;
  return { ...cluster, pools: [pool, { ...pool, name: 'arm', architecture: 'arm64' }] };
}

/**
 * A subscription whose registries and MAR are those of `local/`, behind the app's own clients, in virtual time; Resource Manager and
 * storage are the fakes. An update run of a fleet upgrades the clusters one and two.
 */
export class ChaosAzure extends FakeSubscription {
  override readonly catalog = tinyCatalog();
  readonly local: LocalRegistries;
  readonly truth: Truth;
  readonly weather: Weather;
  readonly ledgers = new OwnLedgers();
  #ports: Ports | undefined;

  /**
   * @param seed of what is random in the local Azure; `chance` decides all else
   * @param only as of `Weather`
   */
  constructor(seed: number, chance: Chance, only: readonly Fault[] = []) {
    super();
    this.weather = new Weather(chance, this.clock, only);
    const declared = [
      { registry: registryOf('shared'), hasRule: true },
      { registry: registryOf('own', []), hasRule: false },
    ];
    for (const { registry } of declared) this.registries.put(registry);
    for (const name of clusterNames) this.putCluster(clusterWith(name, 'amd64'));
    this.fleets.putRun(runOf([clusterId('one'), clusterId('two')]));
    this.local = new LocalRegistries(
      declared.map(({ registry: { resource }, hasRule }) => ({ name: resource.name, key: resource.key, hasRule })),
      this.#marContent(),
      this.clock,
      new WeatherDice(seed, this.weather),
    );
    this.truth = new Truth(this.local, () => this.clock.now().getTime());
    this.clock.onMove = () => this.local.run();
  }

  /** Asks for every cluster, as an operator would on the first day. */
  async syncAll(): Promise<void> {
    await new Application(this.ports()).sync({ cluster: undefined, kubernetesVersion: undefined, dryRun: false });
  }

  putCluster(cluster: Cluster): void {
    this.clusters.put(cluster, { ...profileOf(target), componentsByMinor: reported });
  }

  /** What the nodes of a cluster will pull: worked out from the facts of now, beside the app. */
  required(cluster: Cluster, version: KubernetesVersion): RequirementSet {
    const minor = version.split('.').slice(0, 2).join('.');
    const tagLists = new Map([[repositoryOfRevisions, [`v${version}-1`]]]);
    return resolveRequirements({
      cluster,
      target: version,
      reported: reported.get(minor) ?? [],
      catalog: this.catalog,
      tagLists,
    });
  }

  /** What `shared/app.ts` puts together for one instance of the app. */
  clients(fetcher: typeof fetch, now: () => Date, ledgers: LedgerStore): InstancePorts {
    const budgets = new SharedBudgets(ledgers, limitsUnder({ share: 0.8, marReadsPerMinute: 3000 }), now);
    const marFetch = watchFetch(budgets, accountOfMar(`https://${marHost}`), fetcher);
    const mar = new RegistryClient(`https://${marHost}`, new AnonymousTokens(marFetch), marFetch);
    const clients = new Map(
      [...this.local.caches.keys()].map((loginServer) => {
        const watched = watchFetch(budgets, accountOfRegistry(loginServer), fetcher);
        const tokens = new AcrTokens(loginServer, this.local.credential, now, watched);
        return [loginServer, { tokens, reader: new RegistryClient(`https://${loginServer}`, tokens, watched) }];
      }),
    );
    const clientOf = (loginServer: string) => clients.get(loginServer) ?? unknownHost(loginServer);
    const metadata = new AcrMetadata((loginServer) => clientOf(loginServer).tokens, fetcher);
    return {
      now,
      budgets,
      registry: (loginServer) => clientOf(loginServer).reader,
      storedManifests: new AcrStoredManifests(metadata),
      upstream: new RememberingReader(mar, minutes(5), now),
      memory: new ContentMemory(now),
      outages: new Outages(this, now),
    };
  }

  /** Of somebody who looks on: without faults. */
  override ports(): Ports {
    this.#ports ??= this.#makePorts();
    return this.#ports;
  }

  #makePorts(): Ports {
    const ports = super.ports();
    return {
      ...ports,
      ...this.clients(this.local.fetch, this.clock.now, this.ledgers),
      verifyPolicy: { everyMs: minutes(10) },
      states: this.truth.watch(this.states, () => this.clock.now().getTime()),
      imports: this.local.imports,
      gatePolicy: { ...ports.gatePolicy, maxProofAgeMs: hours(4), maxPlanAgeMs: hours(6) },
      workPolicy: { ...ports.workPolicy, reproveAfterMs: hours(2) },
    };
  }

  #marContent(): ReadonlyMap<string, ReadonlySet<string>> {
    const content = new Map<string, Set<string>>();
    for (const nodes of ['amd64', 'both'] as const) {
      const cluster = clusterWith('one', nodes);
      for (const version of [cluster.kubernetesVersion, target]) {
        for (const { repository, tag } of this.required(cluster, version).artifacts)
          content.set(repository, (content.get(repository) ?? new Set()).add(tag));
      }
    }
    return content;
  }
}

function unknownHost(loginServer: string): never {
  throw new Error(`no registry at ${loginServer}`);
}

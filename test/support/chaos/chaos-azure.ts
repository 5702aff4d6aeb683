import { Application, type Ports } from '../../../shared/app/application.js';
import { AcrTokens } from '../../../shared/azure/acr-tokens.js';
import type { Cluster } from '../../../shared/model/cluster.js';
import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { AnonymousTokens } from '../../../shared/oci/anonymous.js';
import { RegistryClient } from '../../../shared/oci/registry-client.js';
import type { RequirementSet } from '../../../shared/model/artifact.js';
import { resolveRequirements } from '../../../shared/requirements/resolve.js';
import { ContentMemory } from '../../../shared/warming/content-memory.js';
import { Outages } from '../../../shared/warming/outages.js';
import { RememberingReader } from '../../../shared/warming/remember-reader.js';
import { clusterId, clusterOf, gateOf, hours, minutes, profileOf, registryOf, runOf, target } from '../builders.js';
import type { Chance } from '../chance.js';
import { FakeSubscription } from '../fakes/fake-subscription.js';
import { LocalRegistries, marHost } from './local-registries.js';
import { tinyCatalog } from './tiny-catalog.js';
import { Truth } from './truth.js';
import { WeatherDice } from './weather-dice.js';
import { Weather, type Fault } from './weather.js';

export const clusterNames = ['one', 'two', 'three'] as const;
/** What each instance of the app has of its own. */
export type InstancePorts = Pick<Ports, 'now' | 'upstream' | 'registry' | 'memory' | 'outages'>;

export const repositoryOfRevisions = 'oss/v2/kubernetes/kube-proxy';

const reported = new Map([
  ['1.34', [{ name: 'coredns', version: 'v1.12.1-25' }]],
  ['1.35', [{ name: 'coredns', version: 'v1.13.1-6' }]],
]);

/** Clusters one and two share a registry with a cache rule, three has one of its own that takes imports; with arm64 nodes, more is needed. */
export function clusterWith(name: string, nodes: 'amd64' | 'both'): Cluster {
  const cluster = clusterOf(name, name === 'three' ? 'own' : 'shared');
  const [pool] = cluster.pools;
  if (nodes === 'amd64' || !pool) return cluster;
  return { ...cluster, pools: [pool, { ...pool, name: 'arm', architecture: 'arm64' }] };
}

/**
 * A subscription whose registries and MAR are those of `local/`, behind the app's own clients, in virtual time; Resource Manager and
 * storage are the fakes. A Fleet gate waits for the clusters one and two.
 */
export class ChaosAzure extends FakeSubscription {
  override readonly catalog = tinyCatalog();
  readonly local: LocalRegistries;
  readonly truth: Truth;
  readonly weather: Weather;
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
    this.fleets.putGate(gateOf());
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

  /** The app's clients as `shared/app.ts` puts them together, for one instance of it. */
  clients(fetcher: typeof fetch, now: () => Date): InstancePorts {
    const mar = new RegistryClient(`https://${marHost}`, new AnonymousTokens(fetcher), fetcher);
    const readers = new Map(
      [...this.local.caches.keys()].map((loginServer) => {
        const tokens = new AcrTokens(loginServer, this.local.credential, now, fetcher);
        return [loginServer, new RegistryClient(`https://${loginServer}`, tokens, fetcher)];
      }),
    );
    const registry = (loginServer: string) => readers.get(loginServer) ?? unknownHost(loginServer);
    return {
      now,
      registry,
      upstream: new RememberingReader(mar, minutes(5), now),
      memory: new ContentMemory(now),
      outages: new Outages(this.outageRecords, now),
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
      ...this.clients(this.local.fetch, this.clock.now),
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

import type { Cluster } from '../model/cluster.js';
import { cachedRepository, type Registry } from '../model/registry.js';
import type { ResourceId } from '../model/resource-id.js';
import { firstText, foldDocument, hasValue } from '../requirements/folded-document.js';

/** What a name resolves to where the doctor runs. Private: RFC 1918, RFC 6598, loopback, link-local, IPv6 unique local. */
export type DnsAnswer =
  | { readonly kind: 'private' | 'public'; readonly addresses: readonly string[] }
  | { readonly kind: 'missing'; readonly reason: string };

/** One of the two records that nodes need: the registry's own (manifests, tokens) and those of its data endpoints (layers). */
export interface DnsRecord {
  readonly host: string;
  readonly use: 'registry' | 'data';
  readonly answer: DnsAnswer;
}

/** Whether something may be done, or that nobody can tell. */
export type Verdict = { readonly kind: 'allowed' } | { readonly kind: 'refused' | 'unknown'; readonly reason: string };

/** An entry of what ARM lists as permissions of an identity; names may hold `*`. */
export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** What asking the registry itself told; every part is undefined where nobody asked. */
export interface RegistryProbes {
  readonly dns: readonly DnsRecord[];
  /** `GET /v2/`. */
  readonly reach: Verdict;
  /** HEAD of a manifest below AKS's rule. */
  readonly pull: Verdict;
  /** Of the identity that asks, on the registry; or why they could not be listed. */
  readonly permissions: readonly Permission[] | { readonly unread: string };
  /** By lower case id of the credential set: why it is unhealthy; undefined for a healthy one. */
  readonly unhealthyCredentials: ReadonlyMap<string, string>;
}

/** Asks a registry itself, from the place where the doctor runs. Nothing here throws a SyncError: what cannot be told is an answer. */
export interface RegistryProber {
  resolve(host: string): Promise<DnsAnswer>;
  /** One request without credentials. @param loginServer host, with port where it is not 443 */
  reach(loginServer: string): Promise<Verdict>;
  /** One HEAD of a manifest, for which a token is fetched; starts no import. */
  pull(loginServer: string, repository: string): Promise<Verdict>;
  permissions(registry: ResourceId): Promise<RegistryProbes['permissions']>;
  /** @param ids of credential sets. @returns as `RegistryProbes.unhealthyCredentials` */
  unhealthyCredentials(ids: readonly string[]): Promise<RegistryProbes['unhealthyCredentials']>;
}

/** Everything that is known of one registry. */
export interface RegistryFacts {
  readonly registry: Registry;
  /** Absent in plans and for registries read from files: they ask ARM at most. */
  readonly probes?: RegistryProbes;
}

/** What a registry is for. */
export interface RegistryContext {
  /** As cache rules spell MAR's host. */
  readonly marHost: string;
  /** "managed": made and repaired by AKS for this cluster; "of-another-cluster": made by AKS, but not for this one. */
  readonly owner: 'customer' | 'managed' | 'of-another-cluster';
  /** "none": nodes reach nothing but private endpoints (outboundType none or block). */
  readonly egress: 'none' | 'some';
  /** Where it is known which cluster uses the registry. */
  readonly cluster?: ResourceId;
}

/** A repository that every cluster pulls: what is asked for it stands for all below AKS's rule. */
const everyClustersRepository = 'oss/v2/kubernetes/pause';

/** AKS puts what it makes for a cluster into a group of this name, unless told another. */
const managedGroup = /^mc_/i;

/** What a cluster makes of its registry. Without a cluster: one of the customer's, for nodes without egress. */
export function contextOf(registry: ResourceId, marHost: string, cluster?: Cluster): RegistryContext {
  const isManaged = managedGroup.test(registry.resourceGroup);
  if (!cluster) return { marHost, owner: isManaged ? 'managed' : 'customer', egress: 'none' };
  const properties = foldDocument(cluster.properties);
  const own = firstText(properties, 'nodeResourceGroup')?.toLowerCase();
  const owner =
    registry.resourceGroup.toLowerCase() === own ? 'managed' : isManaged ? 'of-another-cluster' : 'customer';
  const outbound = 'networkProfile.outboundType';
  const hasEgress = !hasValue(properties, outbound, 'none') && !hasValue(properties, outbound, 'block');
  return { marHost, owner, egress: hasEgress ? 'some' : 'none', cluster: cluster.resource };
}

/** The repository that stands for all: as nodes pull it, or undefined where no rule fills it. */
function probedRepository({ cacheRules }: Registry, marHost: string): string | undefined {
  return cachedRepository(cacheRules, marHost, everyClustersRepository);
}

/** Hosts whose names must resolve: the login server's, and `{registry}.{region}.data.azurecr.io` for the layers. */
function hostsOf({ loginServer, settings }: Registry): readonly Omit<DnsRecord, 'answer'>[] {
  const host = loginServer.replace(/:\d+$/, '');
  const named = settings?.dataEndpointHosts ?? [];
  const derived = settings?.location && isName(host) ? [host.replace('.', `.${settings.location}.data.`)] : [];
  const data = named.length > 0 ? named : derived;
  return [{ host, use: 'registry' }, ...data.map((name) => ({ host: name, use: 'data' as const }))];
}

/** Asks everything at once; changes nothing. */
export async function probeRegistry(
  registry: Registry,
  marHost: string,
  prober: RegistryProber,
): Promise<RegistryProbes> {
  const repository = probedRepository(registry, marHost);
  const resolve = hostsOf(registry).map(async (record) => ({ ...record, answer: await prober.resolve(record.host) }));
  const credentialSets = registry.cacheRules.flatMap(({ credentialSet }) => credentialSet ?? []);
  const [dns, reach, pull, permissions, unhealthyCredentials] = await Promise.all([
    Promise.all(resolve),
    prober.reach(registry.loginServer),
    repository === undefined
      ? { kind: 'unknown' as const, reason: 'no rule fills what nodes pull' }
      : prober.pull(registry.loginServer, repository),
    prober.permissions(registry.resource),
    prober.unhealthyCredentials(credentialSets),
  ]);
  return { dns, reach, pull, permissions, unhealthyCredentials };
}

function isName(host: string): boolean {
  return /[a-z]/i.test(host) && host.includes('.');
}

import { z } from 'zod';
import type { Cluster } from '../../model/cluster.js';
import { compareVersions, isKubernetesVersion, type KubernetesVersion } from '../../model/kubernetes-version.js';
import type { PolicyLists } from './policy-ports.js';

/** What is known of one cluster at the moment that the lists are made. */
export type PolicyFacts =
  | {
      readonly kind: 'guarded';
      /** Versions as ARM spells them, of the control plane and of every pool: what changes none of them is never denied. */
      readonly running: readonly string[];
      /** Newer versions whose gate is open now. */
      readonly open: readonly KubernetesVersion[];
      /** Newer versions whose gate is only held open: allowed as long as they are allowed already. */
      readonly kept: readonly KubernetesVersion[];
    }
  /** ARM's answer could not be read this time. */
  | {
      readonly kind: 'unclear';
      readonly lastSeen: KubernetesVersion | undefined;
      /** Open, or where it was being upgraded to: as good as running. */
      readonly open: readonly string[];
    }
  /** Gone, or not network isolated: no gate of ours. */
  | { readonly kind: 'left-alone' }
  /** Not ours to change: of another subscription, or only observed. */
  | { readonly kind: 'untouched' };

/**
 * The lists as they have to be: of every cluster its own entries, and those of clusters that are not ours to change as they are. Pure.
 * @param factsOf by resource id in lower case
 * @param guarded clusters that have to be in the lists, resource ids in lower case
 */
export function makeLists(
  present: PolicyLists,
  guarded: readonly string[],
  factsOf: (clusterId: string) => PolicyFacts,
): PolicyLists {
  const stays = (id: string): boolean => factsOf(id).kind !== 'left-alone';
  const others = present.guarded.filter((id) => stays(id.toLowerCase()) && !guarded.includes(id.toLowerCase()));
  const kept = present.allowed.filter((entry) => isKept(entry, factsOf));
  const before = new Set(present.allowed.map((entry) => entry.toLowerCase()));
  const made = guarded.flatMap((id) => {
    const facts = factsOf(id);
    if (facts.kind !== 'guarded') return [];
    const stay = facts.kept.filter((version) => before.has(entryOf(id, version)));
    return [...facts.running, ...facts.open, ...stay].map((version) => entryOf(id, version));
  });
  return { guarded: sortedOnce([...others, ...guarded]), allowed: sortedOnce([...kept, ...made]) };
}

/** Entries of clusters that are ours are made anew, so only those of others are kept; of an unclear cluster what cannot be newer than it is. */
function isKept(entry: string, factsOf: (clusterId: string) => PolicyFacts): boolean {
  const [id = '', version = ''] = entry.toLowerCase().split('|');
  const facts = factsOf(id);
  if (facts.kind === 'untouched') return true;
  if (facts.kind !== 'unclear') return false;
  return facts.open.includes(version) || (facts.lastSeen !== undefined && isNoNewer(version, facts.lastSeen));
}

function isNoNewer(version: string, than: KubernetesVersion): boolean {
  if (isKubernetesVersion(version)) return compareVersions(version, than) <= 0;
  const patch = `${version}.0`;
  return isKubernetesVersion(patch) && compareVersions(patch, than) <= 0;
}

/** As the policy rule spells a request: lower case id, `|`, version. */
export function entryOf(clusterId: string, version: string): string {
  return `${clusterId.toLowerCase()}|${version}`;
}

/** In whatever order: a person may have sorted them. */
export function isSameLists(one: PolicyLists, other: PolicyLists): boolean {
  const textOf = ({ guarded, allowed }: PolicyLists): string =>
    JSON.stringify([sortedOnce(guarded), sortedOnce(allowed)]);
  return textOf(one) === textOf(other);
}

const raw = z.object({
  kubernetesVersion: z.string().nullish(),
  currentKubernetesVersion: z.string().nullish(),
  agentPoolProfiles: z
    .array(z.object({ orchestratorVersion: z.string().nullish(), currentOrchestratorVersion: z.string().nullish() }))
    .nullish(),
});

/** Every spelling of every version that the cluster runs: `1.35` where only a minor was asked for, and pools that lag behind. Pure. */
export function runningVersionsOf(cluster: Cluster): readonly string[] {
  const parsed = raw.safeParse(cluster.properties);
  const { kubernetesVersion, currentKubernetesVersion, agentPoolProfiles } = parsed.success ? parsed.data : {};
  const pools = (agentPoolProfiles ?? []).flatMap(({ orchestratorVersion, currentOrchestratorVersion }) => [
    orchestratorVersion,
    currentOrchestratorVersion,
  ]);
  const spelled = [kubernetesVersion, currentKubernetesVersion, ...pools].flatMap((one) => one || []);
  return sortedOnce([cluster.kubernetesVersion, ...spelled]);
}

function sortedOnce(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

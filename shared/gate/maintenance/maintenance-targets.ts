import type { Cluster, UpgradeProfile } from '../../model/cluster.js';
import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import { upgradeTargets } from '../../requirements/targets.js';
import type { ConfigurationName, MaintenancePolicy } from './maintenance-ports.js';

/** What AKS may do to a cluster by itself: `current`, new nodes at the version that it runs; else the versions that it may go to. */
export type Upgrades = 'none' | 'current' | ReadonlySet<'patch' | 'minor'>;

/**
 * What the auto-upgrade channel may do. Source: azure-aks-docs auto-upgrade-cluster.md. `stable` (newest patch of the newest minor but one)
 * and `rapid` go up one minor at a time, and which minor is the newest is not known here: both may take the next one. So may
 * a channel that AKS adds one day.
 */
function channelUpgrades({ properties }: Pick<Cluster, 'properties'>): Upgrades {
  const channel = readChannel(properties, 'upgradeChannel');
  if (channel === undefined || channel === 'none') return 'none';
  if (channel === 'node-image') return 'current';
  return new Set(channel === 'patch' ? (['patch'] as const) : (['patch', 'minor'] as const));
}

/** Source: azure-aks-docs auto-upgrade-node-os-image.md: with `Unmanaged` the OS updates itself, and AKS replaces no node. */
function nodeOsUpgrades({ properties }: Pick<Cluster, 'properties'>): 'none' | 'current' {
  const channel = readChannel(properties, 'nodeOSUpgradeChannel');
  return channel === undefined || channel === 'none' || channel === 'unmanaged' ? 'none' : 'current';
}

/** Which configurations of a cluster are held while which of its upgrades are not open; none for a cluster that is left alone. Pure. */
export function askedConfigurations(
  cluster: Pick<Cluster, 'properties' | 'bootstrap'>,
  { scope }: Pick<MaintenancePolicy, 'scope'>,
): ReadonlyMap<ConfigurationName, Exclude<Upgrades, 'none'>> {
  const asked = new Map<ConfigurationName, Exclude<Upgrades, 'none'>>();
  if (scope === 'off' || cluster.bootstrap.source === 'direct') return asked;
  const kubernetes = channelUpgrades(cluster);
  const nodes = nodeOsUpgrades(cluster);
  if (kubernetes !== 'none') asked.set('aksManagedAutoUpgradeSchedule', kubernetes);
  if (nodes !== 'none') asked.set('aksManagedNodeOSUpgradeSchedule', nodes);
  if (scope === 'all' && asked.size > 0) asked.set('default', 'current');
  return asked;
}

/** The versions that must be open, never none: where AKS offers nothing newer, the one that the cluster runs. */
export function askedVersions(
  cluster: Cluster,
  profile: UpgradeProfile | undefined,
  upgrades: Exclude<Upgrades, 'none'>,
): readonly KubernetesVersion[] {
  const current = [cluster.kubernetesVersion];
  if (upgrades === 'current' || !profile) return current;
  const targets = upgradeTargets(cluster, profile, { upgradesTo: upgrades });
  return targets.length > 0 ? targets : current;
}

/** Which operation AKS is at, on the cluster or one of its pools; undefined: none. */
export function operationOf({ properties }: Pick<Cluster, 'properties'>): string | undefined {
  const pools = Array.isArray(properties['agentPoolProfiles']) ? (properties['agentPoolProfiles'] as unknown[]) : [];
  const states = [properties, ...pools].map((one) => textOf(one, 'provisioningState'));
  return states.find((state) => state !== undefined && !settled.has(state.toLowerCase()));
}

const settled = new Set(['succeeded', 'failed', 'canceled', 'cancelled']);

function readChannel(properties: Cluster['properties'], name: string): string | undefined {
  return textOf(properties['autoUpgradeProfile'], name)?.toLowerCase();
}

function textOf(document: unknown, name: string): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const value: unknown = Reflect.get(document, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

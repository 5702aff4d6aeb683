import type { Cluster } from '../model/cluster.js';

/** What AKS runs in the control plane alone: on or off, nodes pull the same. */
const withoutNodes = new Set(['oidcissuerprofile', 'apiserveraccessprofile', 'autoupgradeprofile']);
const networkChoices = ['networkPlugin', 'networkPluginMode', 'networkPolicy', 'networkDataplane'];
const deepest = 5;
const mostFeatures = 200;

/**
 * What is switched on in a cluster, in words that compare equal on clusters that pull alike: every ARM property `enabled: true` by
 * its path, the network's choices, the mesh, and OS SKU and processor of each Linux pool. Sorted, lower case, bounded. Pure.
 */
export function featuresOf({ properties, pools }: Pick<Cluster, 'properties' | 'pools'>): readonly string[] {
  const network = ownObject(properties['networkProfile']);
  const mesh = ownObject(properties['serviceMeshProfile']);
  const features = [
    ...switchedOn(properties),
    ...networkChoices.flatMap((name) => choice(name, network[name])),
    ...choice('serviceMesh', mesh['mode']),
    ...pools.filter(({ osType }) => osType === 'Linux').map((pool) => `pool ${pool.osSku}/${pool.architecture}`),
  ];
  return [...new Set(features.map((feature) => feature.slice(0, 200).toLowerCase()))].sort().slice(0, mostFeatures);
}

function choice(name: string, value: unknown): readonly string[] {
  return typeof value === 'string' && value !== '' && value.toLowerCase() !== 'none' ? [`${name} ${value}`] : [];
}

/** Paths of objects that say `enabled: true`, at most `depth` names deep; lists are not looked into. */
export function switchedOn(value: unknown, path: readonly string[] = [], depth: number = deepest): readonly string[] {
  const entries = Object.entries(ownObject(value));
  const isOn = entries.some(
    ([name, inner]) => name.toLowerCase() === 'enabled' && String(inner).toLowerCase() === 'true',
  );
  const own = isOn && path.length > 0 ? [path.join('.')] : [];
  if (depth === 0) return own;
  const below = entries.filter(([name]) => path.length > 0 || !withoutNodes.has(name.toLowerCase()));
  return [...own, ...below.flatMap(([name, inner]) => switchedOn(inner, [...path, name], depth - 1))];
}

function ownObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

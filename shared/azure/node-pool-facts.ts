import type { NodeOs, NodePool } from '../model/cluster.js';

/**
 * The processor of a pool's nodes. The node image says it; where it does not, the `p` among the feature letters of the VM size
 * (`Standard_D4ps_v5`) means an Arm processor. Undefined where neither is given. Source: Azure VM sizes naming conventions.
 */
export function architectureOf(
  vmSize: string | undefined,
  nodeImageVersion: string | undefined,
): NodePool['architecture'] | undefined {
  if (nodeImageVersion !== undefined && /arm64/i.test(nodeImageVersion)) return 'arm64';
  if (vmSize === undefined) return nodeImageVersion === undefined ? undefined : 'amd64';
  const features = /^(?:standard|basic)_[a-z]+\d+(?:-\d+)?([a-z]*)/i.exec(vmSize)?.[1] ?? '';
  return features.toLowerCase().includes('p') ? 'arm64' : 'amd64';
}

const imageSystems: readonly (readonly [RegExp, NodeOs])[] = [
  [/ubuntu-?2204/i, 'ubuntu-22.04'],
  [/ubuntu-?2404/i, 'ubuntu-24.04'],
  [/azurelinux-?v3/i, 'azurelinux-3.0'],
];

const skuSystems: Readonly<Record<string, NodeOs>> = {
  ubuntu2204: 'ubuntu-22.04',
  ubuntu2404: 'ubuntu-24.04',
  azurelinux3: 'azurelinux-3.0',
};

/** What nodes run now: the node image (`AKSUbuntu-2204gen2containerd-202607.02.0`) knows, an exact SKU too; `Ubuntu` alone does not. */
export function nodeOsOf(osSku: string | undefined, nodeImageVersion: string | undefined): NodeOs | undefined {
  const fromImage = imageSystems.find(([image]) => image.test(nodeImageVersion ?? ''))?.[1];
  return fromImage ?? (osSku === undefined ? undefined : new Map(Object.entries(skuSystems)).get(osSku.toLowerCase()));
}

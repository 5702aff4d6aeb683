import type { Catalog } from '../catalog/catalog.js';
import { compareTags } from '../catalog/version-order.js';
import type { NodeOs } from '../model/cluster.js';

/** Node images that the nodes of one pool run now and will run, with what each carries. */
export type PoolImages = readonly {
  /** For example `AKSUbuntu-2204/202607.02.0`. */
  readonly name: string;
  /** Artifacts by name. */
  readonly carries: ReadonlySet<string>;
}[];

/** How the notes of AKS name the images of an OS. */
const lines: Readonly<Record<NodeOs, string>> = {
  'ubuntu-22.04': 'AKSUbuntu-2204',
  'ubuntu-24.04': 'AKSUbuntu-2404',
  'azurelinux-3.0': 'AzureLinuxv3',
};

/**
 * The node image spellings of ARM that the notes speak of: x64, without FIPS, Kata, trusted launch or confidential computing.
 * Whether those other images carry the same is written nowhere.
 */
const documentedImages: readonly (readonly [RegExp, NodeOs])[] = [
  [/^AKSUbuntu-2204(?:gen2)?containerd-([\d.]+)$/i, 'ubuntu-22.04'],
  [/^AKSUbuntu-2404(?:gen2)?containerd-([\d.]+)$/i, 'ubuntu-24.04'],
  [/^AKSAzureLinux-V3(?:gen2)?-([\d.]+)$/i, 'azurelinux-3.0'],
];

/**
 * The image that a pool's nodes run, where the upgrade keeps their OS, and the newest image known for the OS that they get: an
 * upgrade brings nodes the newest image. Undefined where the pool's images are not documented, or newer or older than the data.
 * @param nodeImageVersion ARM's, for example `AKSUbuntu-2204gen2containerd-202607.02.0`
 * @param targetOs what the nodes run once upgraded
 */
export function imagesOfPool(
  catalog: Catalog,
  nodeImageVersion: unknown,
  targetOs: NodeOs | undefined,
): PoolImages | undefined {
  const running = typeof nodeImageVersion === 'string' ? runningImage(nodeImageVersion) : undefined;
  if (running === undefined || targetOs === undefined) return undefined;
  const newest = newestImage(catalog, lines[targetOs]);
  if (newest === undefined || compareTags(running.release, releaseOf(newest)) > 0) return undefined;
  const names = running.os === targetOs ? [`${lines[running.os]}/${running.release}`, newest] : [newest];
  const images = [...new Set(names)].map((name) => ({ name, carries: catalog.nodeImageContents.get(name) }));
  return images.every((image): image is PoolImages[number] => image.carries !== undefined) ? images : undefined;
}

/**
 * Names of the images that carry an artifact, when all images of all the pools do; else none. Sorted.
 * @param pools one entry for each pool that needs it
 */
export function bakedIn(artifact: string, pools: Iterable<PoolImages | undefined>): readonly string[] {
  const names = new Set<string>();
  for (const images of pools) {
    if (images === undefined || !images.every(({ carries }) => carries.has(artifact))) return [];
    for (const { name } of images) names.add(name);
  }
  return [...names].sort();
}

function runningImage(nodeImageVersion: string): { readonly os: NodeOs; readonly release: string } | undefined {
  for (const [shape, os] of documentedImages) {
    const release = shape.exec(nodeImageVersion)?.[1];
    if (release !== undefined) return { os, release };
  }
  return undefined;
}

const newestOf = new WeakMap<Catalog['nodeImageContents'], ReadonlyMap<string, string>>();

/** Found once per catalogue. */
function newestImage({ nodeImageContents }: Catalog, line: string): string | undefined {
  const newest = newestOf.get(nodeImageContents) ?? findNewest([...nodeImageContents.keys()]);
  newestOf.set(nodeImageContents, newest);
  return newest.get(line);
}

/** The newest image of each line. */
function findNewest(names: readonly string[]): ReadonlyMap<string, string> {
  const newestLast = [...names].sort((a, b) => compareTags(releaseOf(a), releaseOf(b)));
  return new Map(newestLast.map((name) => [name.slice(0, name.indexOf('/')), name]));
}

function releaseOf(image: string): string {
  return image.slice(image.indexOf('/') + 1);
}

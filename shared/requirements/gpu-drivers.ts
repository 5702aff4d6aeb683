import type { NodeBootstrap } from '../catalog/schema.js';
import { artifactName } from '../model/artifact.js';
import type { NodePool } from '../model/cluster.js';
import { firstText, foldDocument, hasValue, type FoldedDocument } from './folded-document.js';

/** NVIDIA series; `mi300x` and NVv4 (`Standard_NV32as_v4`) carry AMD processors, for which nodes install nothing. */
const nvidiaSize = /^standard_n(?:cc?|d|v)\d/i;
const amdSize = /mi300x|^standard_nv\d+as_v4$/i;

/** Which driver image an Ubuntu node takes, by its VM size; the first row that fits. Source: node-bootstrap.md row 7, component map. */
const variants: readonly (readonly [RegExp, string])[] = [
  [/rtxpro6000/i, 'grid-v20'],
  [/^standard_n[cv]\d+adm?s_a10_v\d$/i, 'grid'],
  [/^standard_nc(?!.*_v\d)/i, 'cuda'],
  [/./, 'cuda-lts'],
];

/** What the nodes of a GPU pool fetch at bootstrap, past the cache. */
export interface GpuDrivers {
  /** Names of the images; tags in braces are known to the node only. Empty where drivers come as packages. */
  readonly images: readonly string[];
  /** How they get there, in words that follow "its nodes". */
  readonly how: string;
}

/**
 * The drivers that nodes of a pool install from outside; undefined for a pool without NVIDIA processors, or whose `gpuProfile`
 * says that no driver is installed. Source: node-bootstrap.md, rows 7 and 8 and "Quirks": both ignore the bootstrap registry.
 */
export function gpuDriversOf(facts: NodeBootstrap, pool: NodePool, document: FoldedDocument): GpuDrivers | undefined {
  const size = sizesOf(document).find((one) => nvidiaSize.test(one) && !amdSize.test(one));
  if (size === undefined) return undefined;
  if (hasValue(document, 'gpuProfile.driver', 'None') || hasValue(document, 'gpuProfile.installGPUDriver', false)) {
    return undefined;
  }
  const sku = pool.osSku.toLowerCase();
  if (sku === 'azurecontainerlinux') {
    const images = facts.gpuDrivers.systemExtensions.map((repository) => `${repository}:{VERSION_ID}`);
    return { images, how: 'pull what they lack of the driver extensions from MAR by name' };
  }
  if (!sku.startsWith('ubuntu')) return { images: [], how: 'install the driver from package repositories' };
  const variant = variants.find(([shape]) => shape.test(size))?.[1] ?? '';
  const driver = facts.gpuDrivers.ubuntu[variant];
  const baked =
    variant === 'cuda-lts' ? ', unless their node image carries exactly this one (most do since 2026-07)' : '';
  return {
    images: driver ? [artifactName(driver)] : [`aks/aks-gpu-${variant}`],
    how: `pull the driver image from MAR by name${baked}`,
  };
}

/** Pools of type VirtualMachines name their sizes one by one; ARM gives them no `vmSize`. */
function sizesOf(document: FoldedDocument): readonly string[] {
  const scaled = document.valuesAt('virtualMachinesProfile.scale').map(foldDocument);
  const listed = scaled.flatMap((scale) => [scale.valuesAt('manual'), scale.valuesAt('autoscale')].flat(2));
  const named = [document, ...listed.map(foldDocument)];
  return named.flatMap((one) => firstText(one, 'vmSize') ?? firstText(one, 'size') ?? []);
}

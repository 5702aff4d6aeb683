import type { Catalog } from '../catalog/catalog.js';
import { nodeArtifacts, type NodeArtifact } from '../catalog/node-artifacts.js';
import type { NodeBootstrap } from '../catalog/schema.js';
import { platformName } from '../model/artifact.js';
import type { NodeOs, NodePool } from '../model/cluster.js';
import { compareVersions, type KubernetesVersion } from '../model/kubernetes-version.js';
import { printable } from './printable.js';
import type { RequirementCollector } from './requirement-collector.js';

/** Adds what the nodes of a Linux pool pull at bootstrap; a pool of an unknown OS is left open, without its binaries. */
export function requireNodeBootstrap(
  catalog: Catalog,
  pool: NodePool,
  target: KubernetesVersion,
  collector: RequirementCollector,
): void {
  const facts = catalog.nodeBootstrap;
  const usesExtensions = facts.systemExtensions.osSkus.some((sku) => sameText(sku, pool.osSku));
  const os = nodeOsAt(facts, pool, target);
  if (!usesExtensions && os === undefined) {
    collector.leaveOpen({
      component: 'node-bootstrap',
      reason: `the OS SKU "${printable(pool.osSku)}" of pool ${printable(pool.name)} is not in the catalogue: what its nodes install is unknown`,
    });
    return;
  }
  const flavor = usesExtensions ? 'system-extensions' : 'packages';
  const { artifacts, missing } = nodeArtifacts(facts, target, pool.architecture, flavor);
  for (const artifact of artifacts) {
    collector.require(artifact, artifact.kind, [platformOf(artifact, pool, facts, os)], {
      component: artifact.component,
      source: 'node-bootstrap',
      confidence: artifact.confidence,
      condition: artifact.condition,
    });
  }
  for (const entry of missing) collector.leaveOpen(entry);
}

/**
 * The OS that the pool's nodes have once they run the target: `Ubuntu` moves with the Kubernetes version, the other SKUs name
 * theirs; an SKU that the catalogue does not know falls back to what the node image says.
 */
function nodeOsAt(facts: NodeBootstrap, pool: NodePool, target: KubernetesVersion): NodeOs | undefined {
  if (sameText(pool.osSku, 'Ubuntu')) {
    return facts.ubuntuDefaults.find(({ since }) => compareVersions(target, since as KubernetesVersion) >= 0)?.os;
  }
  const named = Object.entries(facts.osSkus).find(([sku]) => sameText(sku, pool.osSku));
  return named?.[1] ?? pool.nodeOs;
}

function platformOf(artifact: NodeArtifact, pool: NodePool, facts: NodeBootstrap, os: NodeOs | undefined): string {
  const platform = { os: 'linux', architecture: pool.architecture };
  const osVersion = os === undefined ? undefined : facts.osVersions[os];
  return platformName(
    artifact.variant === 'distribution' && osVersion !== undefined ? { ...platform, osVersion } : platform,
  );
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

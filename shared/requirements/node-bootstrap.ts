import { nodeArtifacts, type Architecture, type NodeArtifact, type NodeFlavor } from '../catalog/node-artifacts.js';
import type { NodeBootstrap } from '../catalog/schema.js';
import { platformName } from '../model/artifact.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { sameText } from './folded-document.js';
import { gpuDriversOf } from './gpu-drivers.js';
import type { PoolFacts } from './pool-facts.js';
import type { RequirementCollector } from './requirement-collector.js';

/** Versions come from requests too: no more are kept than clusters of a subscription have. */
const mostKept = 1000;

/** Adds what the nodes of a Linux pool pull at bootstrap; a pool of an unknown OS becomes a finding, without its binaries. */
export function requireNodeBootstrap(
  facts: NodeBootstrap,
  pool: PoolFacts,
  target: KubernetesVersion,
  collector: RequirementCollector,
): void {
  tellGpuDrivers(facts, pool, collector);
  const flavor = flavorOf(facts, pool);
  if (flavor === undefined) {
    collector.tell({
      code: 'unknown-os-sku',
      subject: pool.pool.name,
      message: `the OS SKU "${pool.pool.osSku}" is not in the catalogue: what its nodes install at bootstrap is unknown`,
      effect: 'unknown',
    });
    return;
  }
  const { artifacts, missing } = artifactsOnce(facts, target, pool.pool.architecture, flavor);
  for (const artifact of artifacts) {
    const need = { ...pool.need, platform: platformOf(artifact, pool, facts) };
    collector.require(artifact, artifact.kind, need, {
      component: artifact.component,
      source: 'node-bootstrap',
      confidence: artifact.confidence,
      condition: artifact.condition,
    });
  }
  for (const entry of missing) collector.leaveOpen(entry);
}

/** How the nodes of a pool get their binaries; undefined for an OS that the catalogue does not know. */
export function flavorOf(facts: NodeBootstrap, { pool, targetOs }: PoolFacts): NodeFlavor | undefined {
  if (facts.systemExtensions.osSkus.some((sku) => sameText(pool.osSku, sku))) return 'system-extensions';
  return targetOs === undefined ? undefined : 'packages';
}

type NodeArtifacts = ReturnType<typeof nodeArtifacts>;
const found = new WeakMap<NodeBootstrap, Map<string, NodeArtifacts>>();

/** Clusters are many, their versions and architectures few. */
function artifactsOnce(
  facts: NodeBootstrap,
  target: KubernetesVersion,
  architecture: Architecture,
  flavor: NodeFlavor,
): NodeArtifacts {
  const known = found.get(facts) ?? new Map<string, NodeArtifacts>();
  const key = `${target} ${architecture} ${flavor}`;
  const artifacts = known.get(key) ?? nodeArtifacts(facts, target, architecture, flavor);
  if (known.size < mostKept) known.set(key, artifacts);
  found.set(facts, known);
  return artifacts;
}

function platformOf(artifact: NodeArtifact, { pool, targetOs }: PoolFacts, facts: NodeBootstrap): string {
  const platform = { os: 'linux', architecture: pool.architecture };
  const osVersion = targetOs === undefined ? undefined : facts.osVersions[targetOs];
  return platformName(
    artifact.variant === 'distribution' && osVersion !== undefined ? { ...platform, osVersion } : platform,
  );
}

function tellGpuDrivers(facts: NodeBootstrap, { pool, document }: PoolFacts, collector: RequirementCollector): void {
  const drivers = gpuDriversOf(facts, pool, document);
  if (!drivers) return;
  const images = drivers.images.length === 0 ? '' : `: ${drivers.images.join(', ')}`;
  collector.tell({
    code: 'gpu-driver',
    subject: pool.name,
    message: `its nodes ${drivers.how}, not through the cache, and fail to bootstrap where they cannot reach it${images}`,
    effect: 'none',
  });
}

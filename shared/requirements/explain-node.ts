import { nodeArtifacts } from '../catalog/node-artifacts.js';
import type { NodeBootstrap } from '../catalog/schema.js';
import { compareVersions, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { ConditionNode } from './explain-condition.js';
import { flavorOf } from './node-bootstrap.js';
import type { PoolFacts } from './pool-facts.js';

/** Something that nodes fetch at bootstrap, under the name that reasons give it. */
export interface NodeComponent {
  readonly name: string;
  readonly repository: string;
  /** Which nodes fetch it: all, or those that install binaries in one of two ways. */
  readonly flavor: 'any' | 'packages' | 'system-extensions';
  /** The Kubernetes version from which they do. */
  readonly since?: string;
}

/** One entry for each repository that nodes fetch from at bootstrap, through the cache. */
export function nodeComponentsOf(facts: NodeBootstrap): readonly NodeComponent[] {
  const { packages, credentialProvider, kubernetesNode, systemExtensions, pause } = facts;
  const named = (component: string, repository: string) => ({ name: component, repository });
  return [
    ...Object.entries(packages.repositories).map(([component, repository]) => ({
      ...named(component, repository),
      flavor: 'packages' as const,
      since: packages.since,
    })),
    {
      ...named(credentialProvider.package.component, credentialProvider.package.repository),
      flavor: 'packages',
      since: credentialProvider.package.since,
    },
    { ...named(credentialProvider.tarball.component, credentialProvider.tarball.repository), flavor: 'any' },
    { ...named(kubernetesNode.component, kubernetesNode.repository), flavor: 'any' },
    ...[
      ...Object.entries(systemExtensions.repositories),
      [systemExtensions.credentialProvider.component, systemExtensions.credentialProvider.repository] as const,
    ].map(([component, repository]) => ({ ...named(component, repository), flavor: 'system-extensions' as const })),
    ...[...new Set(pause.map(({ repository }) => repository))].map((repository) => ({
      ...named('pause', repository),
      flavor: 'any' as const,
    })),
  ];
}

/** Whether the nodes of a pool fetch it at bootstrap, by the same functions that put it into the set. */
export function explainNodeNeed(
  component: NodeComponent,
  pool: PoolFacts,
  target: KubernetesVersion,
  facts: NodeBootstrap,
): ConditionNode {
  const of = [...explainFlavor(component, pool, facts), ...explainSince(component, target)];
  const [first] = of;
  return of.length === 1 && first ? first : { holds: of.every(({ holds }) => holds), asks: 'all of', of };
}

function explainFlavor(
  { flavor: wanted }: NodeComponent,
  pool: PoolFacts,
  facts: NodeBootstrap,
): readonly ConditionNode[] {
  const flavor = flavorOf(facts, pool);
  const found = [JSON.stringify(pool.pool.osSku)];
  const { osSkus } = facts.systemExtensions;
  if (flavor === undefined)
    return [{ holds: false, asks: 'the OS SKU of the pool is one that the catalogue knows', found }];
  if (wanted === 'any') return [{ holds: true, asks: 'every Linux node of a known OS fetches it at bootstrap' }];
  const asks = wanted === 'packages' ? `is neither ${osSkus.join(' nor ')}` : `is ${osSkus.join(' or ')}`;
  return [{ holds: wanted === flavor, asks: `the OS SKU of the pool ${asks}`, found }];
}

function explainSince({ since }: NodeComponent, target: KubernetesVersion): readonly ConditionNode[] {
  if (since === undefined) return [];
  const holds = compareVersions(target, since as KubernetesVersion) >= 0;
  return [{ holds, asks: `the target is at least Kubernetes ${since}`, found: [target] }];
}

/** Tags that the nodes of a pool fetch for it; none where it is not needed, or no source names a version. */
export function nodeTags(
  { name, repository }: NodeComponent,
  pool: PoolFacts,
  target: KubernetesVersion,
  facts: NodeBootstrap,
): readonly string[] {
  const flavor = flavorOf(facts, pool);
  if (flavor === undefined) return [];
  return nodeArtifacts(facts, target, pool.pool.architecture, flavor)
    .artifacts.filter((artifact) => artifact.component === name && artifact.repository === repository)
    .map(({ tag }) => tag);
}

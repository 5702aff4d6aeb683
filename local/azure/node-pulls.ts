import type { ArtifactRef } from '../../shared/model/artifact.js';
import type { ManifestDocument } from './artifact-tree.js';
import type { ClusterState } from './cluster-state.js';
import type { PullLog } from './pull-log.js';
import type { RegistryCache } from './registry-cache.js';

const userAgent = 'containerd/2.0.4';

/** What nodes pull from. */
export interface PulledRegistry {
  readonly loginServer: string;
  readonly cache: RegistryCache;
}

/**
 * What the nodes of a cluster do when they come up: pull each artifact by its tag, then the manifest of their own processor by digest.
 * @param artifacts repositories as in MAR; what neither registry nor MAR has is not pulled
 */
export function pullAsNodes(
  cluster: ClusterState,
  registry: PulledRegistry,
  artifacts: readonly ArtifactRef[],
  log: PullLog,
): void {
  const architectures = new Set(cluster.declared.pools.map(({ architecture }) => architecture));
  for (const artifact of artifacts) {
    const repository = registry.cache.targetOf(artifact.repository);
    const index = repository === undefined ? undefined : pull(repository, artifact.tag, cluster, registry, log);
    if (repository === undefined || !index) continue;
    for (const digest of childrenFor(index, architectures)) pull(repository, digest, cluster, registry, log);
  }
}

function pull(
  repository: string,
  reference: string,
  cluster: ClusterState,
  { cache, loginServer }: PulledRegistry,
  log: PullLog,
): ManifestDocument | undefined {
  const served = cache.find(repository, reference);
  if (!served) return undefined;
  cache.recordPull(repository, reference, served);
  const { digest } = served.manifest;
  const tag = reference.includes(':') ? '' : reference;
  log.record({ loginServer, repository, tag, digest, identity: cluster.kubeletObjectId, userAgent });
  return served.manifest;
}

function childrenFor(index: ManifestDocument, architectures: ReadonlySet<string>): readonly string[] {
  const document = JSON.parse(index.body.toString('utf8')) as {
    readonly manifests?: readonly { readonly digest: string; readonly platform: { readonly architecture: string } }[];
  };
  return (document.manifests ?? [])
    .filter(({ platform }) => architectures.has(platform.architecture))
    .map(({ digest }) => digest);
}

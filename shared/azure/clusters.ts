import { z } from 'zod';
import type { Cluster, ClusterExtensions, UpgradeProfile } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import type { ResourceId } from '../model/resource-id.js';
import type { ClusterList, ClusterReader, UnreadableCluster } from '../requirements/ports.js';
import type { ArmClient } from './arm-client.js';
import {
  clusterVersions,
  parseExtensions,
  parseManagedCluster,
  parseUpgradeProfile,
  profileVersions,
} from './cluster-documents.js';

const identified = z.object({ id: z.string().max(2048) });
const extensionsApiVersion = '2023-05-01';

/** Clusters by raw ARM: the typed client drops properties that it does not know, and our conditions read them. */
export class ArmClusters implements ClusterReader {
  constructor(
    private readonly arm: ArmClient,
    private readonly subscriptionId: string,
  ) {}

  /** One cluster that cannot be read does not hide the others. */
  async list(): Promise<ClusterList> {
    const path = `/subscriptions/${this.subscriptionId}/providers/Microsoft.ContainerService/managedClusters`;
    const read = (await newestServed(clusterVersions, (version) => this.arm.list(path, version))).map(readCluster);
    return {
      clusters: read.filter((item) => 'resource' in item),
      unreadable: read.filter((item) => 'reason' in item),
    };
  }

  async get(cluster: ResourceId): Promise<Cluster> {
    const answer = await newestServed(clusterVersions, (version) => this.arm.get(cluster.id, version));
    if (!answer) throw new SyncError('CLUSTER_NOT_FOUND', `ARM has no cluster ${cluster.id}`);
    return { ...parseManagedCluster(answer.body), extensions: await this.#extensions(cluster) };
  }

  async upgradeProfile(cluster: ResourceId): Promise<UpgradeProfile> {
    const path = `${cluster.id}/upgradeProfiles/default`;
    const answer = await newestServed(profileVersions, (version) => this.arm.get(path, version));
    if (!answer) throw new SyncError('CLUSTER_NOT_FOUND', `ARM has no cluster ${cluster.id}`);
    return parseUpgradeProfile(answer.body);
  }

  /** Never throws: another resource provider, perhaps not registered, with a permission of its own. */
  async #extensions(cluster: ResourceId): Promise<ClusterExtensions> {
    const path = `${cluster.id}/providers/Microsoft.KubernetesConfiguration/extensions`;
    try {
      return { kind: 'read', types: parseExtensions(await this.arm.list(path, extensionsApiVersion)) };
    } catch (error) {
      if (error instanceof SyncError) return { kind: 'unread', reason: `${error.code}: ${error.message}` };
      throw error;
    }
  }
}

/** An older version is asked where a newer one is refused. @throws as `ask` */
async function newestServed<Answer>(
  [newest, ...older]: readonly [string, ...string[]],
  ask: (version: string) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(newest);
  } catch (error) {
    const [next, ...rest] = older;
    const isRefused = error instanceof SyncError && error.code === 'ARM_UNEXPECTED';
    if (!isRefused || next === undefined) throw error;
    return newestServed([next, ...rest], ask);
  }
}

function readCluster(document: unknown): Cluster | UnreadableCluster {
  try {
    return parseManagedCluster(document);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    const { id } = identified.safeParse(document).data ?? { id: 'a cluster without an id' };
    return { id, reason: `${error.code}: ${error.message}` };
  }
}

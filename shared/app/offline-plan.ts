import { planDocument, type PlanDocument } from '../requirements/plan-document.js';
import { resolveRequirements } from '../requirements/resolve.js';
import {
  offlineInput,
  readOfflineCluster,
  summarizeCluster,
  type ClusterSummary,
  type OfflineDocuments,
} from './offline-cluster.js';
import { remarkOffline } from './offline-remarks.js';

export interface OfflinePlan {
  readonly document: PlanDocument;
  readonly cluster: ClusterSummary;
  /** What a person should know before trusting the document; a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * What a cluster will pull for a version, from documents alone: no Azure, no network, no clock.
 * @param target Kubernetes version, `x.y.z`
 * @throws SyncError as `readOfflineCluster`
 */
export function planOffline(documents: OfflineDocuments, target: string): OfflinePlan {
  const offline = readOfflineCluster(documents, target);
  const set = resolveRequirements(offlineInput(offline));
  return {
    document: planDocument(offline.cluster, offline.target, set),
    cluster: summarizeCluster(offline.cluster),
    remarks: remarkOffline(offline),
  };
}

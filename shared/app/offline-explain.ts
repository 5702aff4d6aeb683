import { explainRequirement, type Explanation } from '../requirements/explain.js';
import {
  offlineInput,
  readOfflineCluster,
  resolveOffline,
  summarizeCluster,
  type ClusterSummary,
  type OfflineDocuments,
} from './offline-cluster.js';
import { remarkOffline } from './offline-remarks.js';

/** What `aks-artifact-sync explain` prints. */
export interface ExplainDocument extends Omit<Explanation, 'subject'> {
  /** Resource id. */
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly kind: Explanation['subject']['kind'];
  /** What was asked about, under the name that the catalogue has for it. */
  readonly name: string;
  /** Known names that look like it; of an unknown name only. */
  readonly nearest?: readonly string[];
}

export interface OfflineExplanation {
  readonly document: ExplainDocument;
  readonly cluster: ClusterSummary;
  /** A sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Why a component, repository or image is or is not in the set of a cluster for a version: no Azure, no network, no clock.
 * @throws SyncError as `readOfflineCluster`
 */
export function explainOffline(documents: OfflineDocuments, target: string, text: string): OfflineExplanation {
  const offline = readOfflineCluster(documents, target);
  const { subject, answer, ...explanation } = explainRequirement(text, offlineInput(offline), resolveOffline(offline));
  return {
    document: {
      cluster: offline.cluster.resource.id,
      kubernetesVersion: offline.target,
      kind: subject.kind,
      name: subject.name,
      answer,
      ...(subject.kind === 'unknown' ? { nearest: subject.nearest } : {}),
      ...explanation,
    },
    cluster: summarizeCluster(offline.cluster),
    remarks: remarkOffline(offline),
  };
}

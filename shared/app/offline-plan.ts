import { parseCacheRules } from '../azure/registry-documents.js';
import { SyncError } from '../model/errors.js';
import { planDocument, type PlanDocument, type PlannedArtifact } from '../requirements/plan-document.js';
import type { Strategy } from '../warming/state.js';
import { strategyFor } from '../warming/strategy.js';
import {
  readOfflineCluster,
  resolveOffline,
  summarizeCluster,
  type ClusterSummary,
  type OfflineDocuments,
  type SavedAnswer,
} from './offline-cluster.js';
import { remarkOffline } from './offline-remarks.js';

/** With the way in, where the cache rules of the registry are known: `pull-through` under a rule, `import` where none covers it. */
export type OfflineArtifact = PlannedArtifact & { readonly strategy?: Strategy };

export interface OfflinePlanDocument extends Omit<PlanDocument, 'artifacts'> {
  readonly artifacts: readonly OfflineArtifact[];
}

/** What `az acr cache list` answered, and by which name rules spell MAR. */
export interface RulesOfPlan {
  readonly document: SavedAnswer;
  readonly marHost: string;
}

export interface OfflinePlan {
  readonly document: OfflinePlanDocument;
  readonly cluster: ClusterSummary;
  /** What a person should know before trusting the document; a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * What a cluster will pull for a version, from documents alone: no Azure, no network, no clock.
 * @param target Kubernetes version, `x.y.z`
 * @param rules of its registry; without them only the registry decides how an artifact gets in
 * @throws SyncError as `readOfflineCluster`
 */
export function planOffline(documents: OfflineDocuments, target: string, rules?: RulesOfPlan): OfflinePlan {
  const offline = readOfflineCluster(documents, target);
  const set = resolveOffline(offline);
  const document = planDocument(offline.cluster, offline.target, set);
  return {
    document: rules === undefined ? document : withStrategies(document, rules),
    cluster: summarizeCluster(offline.cluster),
    remarks: remarkOffline(offline),
  };
}

function withStrategies(plan: PlanDocument, { document, marHost }: RulesOfPlan): OfflinePlanDocument {
  const registry = { cacheRules: rulesIn(document), loginServer: '' };
  const artifacts = plan.artifacts.map((artifact): OfflineArtifact => {
    const placement = strategyFor(registry, marHost, artifact.repository, 'auto');
    return 'refused' in placement ? artifact : { ...artifact, strategy: placement.strategy };
  });
  return { ...plan, artifacts };
}

function rulesIn({ name, content }: SavedAnswer) {
  try {
    return parseCacheRules(content);
  } catch (cause) {
    if (!(cause instanceof SyncError)) throw cause;
    throw new SyncError('INVALID_INPUT', `${name}: wanted is the answer of az acr cache list`, { cause });
  }
}

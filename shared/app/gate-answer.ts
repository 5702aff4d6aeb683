import type { GateDecision } from '../gate/decision/decide.js';
import { judgeTarget, type JudgeReads } from '../gate/evaluate-target.js';
import type { SeenCluster } from '../gate/ports.js';
import { targetAt, type AskedVersion } from '../gate/upgrade-kinds.js';
import { SyncError } from '../model/errors.js';
import { compareVersions, type KubernetesVersion } from '../model/kubernetes-version.js';
import type { ResourceId } from '../model/resource-id.js';
import { describeGate } from './describe-gate.js';
import type { GateRequest } from './requests.js';

/** What `GET /api/gate` answers. */
export interface GateAnswer extends GateDecision {
  readonly cluster: string;
  /** `current` where the app does not know what the cluster runs. */
  readonly kubernetesVersion: string;
  readonly evaluatedAt: string;
  readonly plannedAt?: string;
  /** All of it as lines of text, for the log of a pipeline. */
  readonly message: string;
}

/** The decision from what is stored; an unknown cluster or version is `unknown`, with the reason. */
export async function answerGate(request: GateRequest, ports: JudgeReads): Promise<GateAnswer> {
  const answer = await judge(request, ports);
  return { ...answer, message: describeGate(answer) };
}

async function judge(
  { cluster, version: asked }: GateRequest,
  ports: JudgeReads,
): Promise<Omit<GateAnswer, 'message'>> {
  const version = await versionAt(cluster, asked, ports);
  const answer = { cluster: cluster.id, evaluatedAt: ports.now().toISOString() };
  if (version === undefined) {
    const ask = `ask for it with POST /api/sync ${JSON.stringify({ clusterId: cluster.id })}, or name the version`;
    const reasons = [`the app has not seen ${cluster.name} yet, and does not know what it runs: ${ask}`];
    return { ...answer, kubernetesVersion: asked, decision: 'unknown', missing: [], reasons, required: 0, cached: 0 };
  }
  const { record, decision } = await judgeTarget(cluster.id, version, ports);
  const isUnplanned = record === undefined && decision.decision !== 'open';
  return {
    ...answer,
    kubernetesVersion: version,
    ...decision,
    ...(isUnplanned ? { reasons: [whyUnplanned(cluster, version, await ports.seenClusters.get(cluster.id))] } : {}),
    ...(record?.planned ? { plannedAt: record.planned.plannedAt.toISOString() } : {}),
  };
}

/** Why there is no plan, and what whoever wants one does next; as the cluster was last seen. */
function whyUnplanned(cluster: ResourceId, version: KubernetesVersion, seen: SeenCluster | undefined): string {
  if (seen?.finding !== undefined) return seen.finding;
  if (seen && compareVersions(version, seen.kubernetesVersion) < 0)
    return `${cluster.name} runs ${seen.kubernetesVersion}: ${version} is older, and is not planned any more`;
  const ask = `ask for it with POST /api/sync ${JSON.stringify({ clusterId: cluster.id, kubernetesVersion: version })}`;
  if (seen) return `${version} was never planned for ${cluster.name}: ${ask}`;
  return `the app has not seen ${cluster.name} yet: check the resource id, and ${ask}`;
}

/** The version to be judged, as the cluster was seen last. @throws SyncError INVALID_INPUT where nobody knows what it runs */
export async function versionOf(
  cluster: ResourceId,
  asked: AskedVersion,
  ports: Pick<JudgeReads, 'seenClusters'>,
): Promise<KubernetesVersion> {
  const version = await versionAt(cluster, asked, ports);
  if (version !== undefined) return version;
  throw new SyncError('INVALID_INPUT', `kubernetesVersion: the app has not seen ${cluster.name} yet: name the version`);
}

async function versionAt(cluster: ResourceId, asked: AskedVersion, { seenClusters }: Pick<JudgeReads, 'seenClusters'>) {
  if (asked !== 'current') return asked;
  const seen = await seenClusters.get(cluster.id);
  return seen && targetAt(seen.kubernetesVersion, asked);
}

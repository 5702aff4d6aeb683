import type { GateDecision } from '../gate/decide.js';
import { judgeTarget, type JudgeReads } from '../gate/evaluate-target.js';
import { targetAt, type AskedVersion } from '../gate/upgrade-kinds.js';
import type { MendRequest } from './break-glass-requests.js';
import { describeGate } from './describe-gate.js';
import { SyncError } from '../model/errors.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { ResourceId } from '../model/resource-id.js';
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
export async function answerGate({ cluster, version: asked }: GateRequest, ports: JudgeReads): Promise<GateAnswer> {
  const version = await versionAt(cluster, asked, ports);
  const facts = version === undefined ? nothingKnown(cluster, asked) : await judgeFacts(cluster, version, ports);
  const answer = { cluster: cluster.id, ...facts, evaluatedAt: ports.now().toISOString() };
  return { ...answer, message: describeGate(answer) };
}

function nothingKnown({ name }: ResourceId, asked: AskedVersion) {
  const reasons = [`the app has not seen ${name} yet, and does not know what it runs: name the version`];
  const nothing = { missing: [], required: 0, cached: 0 };
  return { kubernetesVersion: asked, decision: 'unknown' as const, reasons, ...nothing };
}

async function judgeFacts(cluster: ResourceId, version: KubernetesVersion, ports: JudgeReads) {
  const { record, decision } = await judgeTarget(cluster.id, version, ports);
  const leftAlone =
    record || decision.decision === 'open' ? undefined : (await ports.seenClusters.get(cluster.id))?.finding;
  return {
    kubernetesVersion: version as string,
    ...decision,
    ...(leftAlone === undefined ? {} : { reasons: [leftAlone] }),
    ...(record?.planned ? { plannedAt: record.planned.plannedAt.toISOString() } : {}),
  };
}

/** What is asked of one gate by hand, at the version as the cluster was seen last. @throws SyncError INVALID_INPUT where nobody knows what it runs */
export async function orderOf(
  request: MendRequest,
  ports: Pick<JudgeReads, 'seenClusters'>,
): Promise<MendRequest & { readonly version: KubernetesVersion }> {
  const version = await versionAt(request.cluster, request.version, ports);
  if (version !== undefined) return { ...request, version };
  const { name } = request.cluster;
  throw new SyncError('INVALID_INPUT', `kubernetesVersion: the app has not seen ${name} yet: name the version`);
}

async function versionAt(cluster: ResourceId, asked: AskedVersion, { seenClusters }: Pick<JudgeReads, 'seenClusters'>) {
  if (asked !== 'current') return asked;
  const seen = await seenClusters.get(cluster.id);
  return seen && targetAt(seen.kubernetesVersion, asked);
}

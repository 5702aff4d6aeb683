import { isOfTheFuture } from '../model/clock-skew.js';
import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { parseClusterId } from '../model/resource-id.js';
import { hashFacts } from '../requirements/facts-hash.js';
import type { ClusterReader } from '../requirements/ports.js';
import type { PlanQueue, TargetRecord } from '../warming/ports.js';
import { renewProofs, type RenewPorts } from '../warming/renew-proofs.js';
import { enqueueTargets } from '../warming/request-targets.js';
import { awaitedOf } from './decide.js';
import { judgeTarget, type JudgePorts } from './evaluate-target.js';

export interface MemberPorts extends JudgePorts, RenewPorts {
  readonly clusters: ClusterReader;
  readonly planQueue: PlanQueue;
  /** Before an approval every proof is renewed that is older than this: it cannot be taken back. */
  readonly freshProofMs: number;
}

/** Why a member keeps the gate shut. */
export interface Doubt {
  readonly reason: string;
  /** "soon": nothing will tell when it is over, so the gate is to be judged again in a while; otherwise something will. */
  readonly ends: 'soon' | 'with-an-event';
}

/** Why a member keeps the gate shut; asks for what is missing. @throws SyncError ARM_UNAVAILABLE */
export async function doubtsOf(
  clusterId: string,
  asked: KubernetesVersion | 'current',
  ports: MemberPorts,
): Promise<readonly Doubt[]> {
  const cluster = await findCluster(clusterId, ports.clusters);
  if (typeof cluster === 'string') return [doubt(cluster)];
  if (cluster.bootstrap.source === 'direct') return [];
  const { id, name } = cluster.resource;
  const version = asked === 'current' ? cluster.kubernetesVersion : asked;
  const { record: found, decision } = await judgeTarget(id, version, ports);
  if (!found || isAging(found, ports)) await enqueueTargets(id, [version], ports);
  if (decision.decision !== 'open')
    return [doubt(`${name} ${version} is ${decision.decision}: ${decision.reasons.slice(0, 3).join('; ')}`)];
  if (found?.planned?.factsHash !== hashFacts(cluster)) {
    await enqueueTargets(id, [version], ports);
    return [doubt(`${name} changed since it was planned; it is being planned again`)];
  }
  const awaited = awaitedOf(found.planned, ports.gatePolicy);
  const old = await renewProofs(found.planned.registry, awaited, ports.freshProofMs, ports);
  if (old === 0) return [];
  const minutes = Math.round(ports.freshProofMs / 60_000);
  const reason = `${name}: ${old} proofs are older than ${minutes} minutes and are being renewed`;
  return [{ reason, ends: 'soon' }];
}

function doubt(reason: string): Doubt {
  return { reason, ends: 'with-an-event' };
}

/** Reconciliation renews plans of this subscription only; a member of another one is renewed here. */
function isAging({ planned, failure }: TargetRecord, { now, gatePolicy }: MemberPorts): boolean {
  const last = Math.max(planned?.plannedAt.getTime() ?? 0, failure?.at.getTime() ?? 0);
  if (isOfTheFuture(new Date(last), now())) return true;
  return last > 0 && now().getTime() - last > gatePolicy.maxPlanAgeMs / 2;
}

async function findCluster(clusterId: string, clusters: ClusterReader): Promise<Cluster | string> {
  try {
    return await clusters.get(parseClusterId(clusterId));
  } catch (error) {
    if (!(error instanceof SyncError) || error.code === 'ARM_UNAVAILABLE') throw error;
    return `member ${clusterId}: ${error.code}: ${error.message}. ${error.advice}`;
  }
}

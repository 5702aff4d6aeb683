import { isOfTheFuture } from '../../model/clock-skew.js';
import type { Cluster } from '../../model/cluster.js';
import { SyncError } from '../../model/errors.js';
import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import { parseClusterId } from '../../model/resource-id.js';
import { hashFacts } from '../../requirements/facts-hash.js';
import type { ClusterReader } from '../../requirements/ports.js';
import type { PlanQueue, TargetRecord } from '../../warming/ports.js';
import { renewProofs, type RenewPorts } from '../../warming/renew-proofs.js';
import { enqueueTargets } from '../../warming/request-targets.js';
import { awaitedOf, type GateDecision } from '../decision/decide.js';
import { judgeTarget, type JudgePorts } from '../evaluate-target.js';
import { describeShut } from '../passage.js';
import { describeBroken, isBroken, isProvenOpen } from '../decision/reconsider.js';
import { targetAt, type AskedVersion } from '../upgrade-kinds.js';

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

/** What a member has to say to a gate. */
export interface MemberFinding {
  /** Why it keeps the gate shut; empty for one that is open. */
  readonly doubts: readonly Doubt[];
  /** Who broke the glass, of a member that is open because of it. */
  readonly overruled?: string;
}

/**
 * Judges a member at the version that it would get, and asks for what is missing, urgently: a run waits for it. Facts are read fresh and
 * old proofs renewed, but for a broken glass: whoever broke it has overruled what is known, and how old it is.
 * @throws SyncError ARM_UNAVAILABLE
 */
export async function judgeMember(clusterId: string, asked: AskedVersion, ports: MemberPorts): Promise<MemberFinding> {
  const cluster = await findCluster(clusterId, ports.clusters);
  if (typeof cluster === 'string') return doubt(cluster);
  if (cluster.bootstrap.source === 'direct') return { doubts: [] };
  const { id, name } = cluster.resource;
  const version = targetAt(cluster.kubernetesVersion, asked);
  const glass = await ports.breakGlasses.get(id, version);
  if (glass && isBroken(glass, ports.now())) return { doubts: [], overruled: `${name}: ${describeBroken(glass)}` };
  const { record: found, decision } = await judgeTarget(id, version, ports);
  if (!found || isAging(found, ports) || isMoreUrgent(found, decision, ports)) await requestNow(id, version, ports);
  if (!isProvenOpen(decision)) return doubt(`${name} ${describeShut(version, found, decision)}`);
  if (found?.planned?.factsHash !== hashFacts(cluster)) {
    await requestNow(id, version, ports);
    return doubt(`${name} changed since it was planned; it is being planned again`);
  }
  const awaited = awaitedOf(found.planned, ports.gatePolicy);
  const old = await renewProofs(found.planned.registry, awaited, ports.freshProofMs, ports);
  if (old.length === 0) return { doubts: [] };
  const minutes = Math.round(ports.freshProofMs / 60_000);
  const [failure] = old.flatMap(({ reason }) => reason ?? []);
  const soFar = failure === undefined ? '' : `; so far: ${failure}`;
  const reason = `${name}: ${old.length} proofs are older than ${minutes} minutes and are being renewed${soFar}`;
  return { doubts: [{ reason, ends: 'soon' }] };
}

function doubt(reason: string): MemberFinding {
  return { doubts: [{ reason, ends: 'with-an-event' }] };
}

/** A run stands still for it: as good as a deadline within this. */
const urgentWithinMs = 15 * 60_000;

/** The one place where a run that waits tells how urgent its members are. */
async function requestNow(id: string, version: KubernetesVersion, ports: MemberPorts): Promise<void> {
  const neededBy = new Date(ports.now().getTime() + urgentWithinMs);
  await enqueueTargets(id, [version], ports, new Map([[version, neededBy]]));
}

/** Whether what is missing is worked on as if nobody waited. Asked for once in a quarter of an hour: deadlines that are past do not count. */
function isMoreUrgent({ neededBy }: TargetRecord, decision: GateDecision, { now }: MemberPorts): boolean {
  if (isProvenOpen(decision) || decision.missing.length === 0) return false;
  const left = (neededBy?.getTime() ?? Number.POSITIVE_INFINITY) - now().getTime();
  return left < 0 || left > urgentWithinMs;
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

import type { ThrottledBudget } from '../../warming/budgets.js';
import type { DriftReport } from '../../drift/report.js';
import type { Finding } from '../../model/artifact.js';
import type { ArtifactState } from '../../warming/state.js';
import type { OutageRecord } from '../../warming/outage-record.js';
import type { TargetRecord } from '../../warming/ports.js';
import type { Deadline } from '../decision/deadlines.js';
import { describeOutlook, type DeadlineStatus } from './decision-status.js';
import { decideTarget, type GateDecision, type GatePolicy, type StateIndex } from '../decision/decide.js';
import { reconsider } from '../decision/reconsider.js';
import { describeWays, type Ways } from './strategy-counts.js';
import type { BreakGlass, Judgement, SeenCluster } from '../ports.js';

export interface TargetStatus extends GateDecision, Ways {
  readonly kubernetesVersion: string;
  /** The version that the cluster runs: kept warm for new nodes, no upgrade waits for it. */
  readonly current: boolean;
  /** When the cluster will pull, as far as that is known; with why it is at risk, where it is. */
  readonly deadline?: DeadlineStatus;
  /** What people should know of the cluster before this upgrade; absent where there is nothing, or no plan yet. */
  readonly findings?: readonly Finding[];
  readonly plannedAt?: string;
  /** When the recorded decision became what it is; absent before the first judgement. */
  readonly decidedAt?: string;
  /** Absent until it was measured: only for the version that the cluster runs. */
  readonly drift?: DriftStatus;
}

/** Counts of artifacts; `GET /api/drift` names them. */
export interface DriftStatus {
  /** Pulled and not predicted. */
  readonly escaped: number;
  /** Pulled from parts of MAR where AKS keeps nothing. */
  readonly foreign: number;
  /** Predicted and never pulled; absent where no log tells. */
  readonly idle?: number;
  readonly measuredAt: string;
}

/** What is known of targets, and by what they are judged. */
export interface TargetKnowledge {
  readonly breakGlasses: readonly BreakGlass[];
  readonly now: Date;
  readonly policy: GatePolicy;
  /** By registry key. */
  readonly states: ReadonlyMap<string, StateIndex>;
  readonly judgements: readonly Judgement[];
  readonly outages: readonly OutageRecord[];
  readonly drift: readonly DriftReport[];
  readonly deadlines: readonly Deadline[];
  readonly deadlineMarginMs: number;
  readonly throttled: readonly ThrottledBudget[];
}

export function describeTarget(record: TargetRecord, cluster: SeenCluster, input: TargetKnowledge): TargetStatus {
  const states = input.states.get(record.planned?.registry ?? '') ?? new Map<string, ArtifactState>();
  const judgement = input.judgements.find(
    (candidate) =>
      candidate.clusterId.toLowerCase() === record.clusterId.toLowerCase() &&
      candidate.kubernetesVersion === record.kubernetesVersion,
  );
  const findings = record.planned?.set.findings ?? [];
  return {
    kubernetesVersion: record.kubernetesVersion,
    current: record.kubernetesVersion === cluster.kubernetesVersion,
    ...describeOutlook(judge(record, states, judgement, cluster, input), record, states, input),
    ...(findings.length === 0 ? {} : { findings }),
    ...(record.planned ? { ...describeWays(record.planned), plannedAt: record.planned.plannedAt.toISOString() } : {}),
    ...(judgement ? { decidedAt: judgement.since.toISOString() } : {}),
    ...describeDrift(record, input.drift),
  };
}

function judge(
  record: TargetRecord,
  states: StateIndex,
  judged: Judgement | undefined,
  seen: SeenCluster,
  { breakGlasses, outages, now, policy }: TargetKnowledge,
): GateDecision {
  const glass = breakGlasses.find(
    ({ clusterId, kubernetesVersion }) =>
      clusterId.toLowerCase() === record.clusterId.toLowerCase() && kubernetesVersion === record.kubernetesVersion,
  );
  const outage = outages.find(({ registry, side }) => side === 'registry' && registry === record.planned?.registry);
  const known = { version: record.kubernetesVersion, record, states, outage, judged, seen, glass };
  return reconsider(decideTarget(record, states, now, policy, outage), known, now, policy);
}

function describeDrift(target: TargetRecord, reports: readonly DriftReport[]): { readonly drift?: DriftStatus } {
  const report = reports.find(
    ({ clusterId, kubernetesVersion }) =>
      clusterId.toLowerCase() === target.clusterId.toLowerCase() && kubernetesVersion === target.kubernetesVersion,
  );
  if (!report) return {};
  const { escaped, foreign, idle, measuredAt } = report;
  return {
    drift: {
      escaped: escaped.length,
      foreign: foreign.length,
      ...(idle === undefined ? {} : { idle: idle.length }),
      measuredAt: measuredAt.toISOString(),
    },
  };
}

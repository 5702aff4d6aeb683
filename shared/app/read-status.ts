import type { CatalogStatus } from '../catalog/current-catalog.js';
import type { DriftPorts } from '../drift/measure-drift.js';
import type { EnforcementPolicy } from '../gate/enforcement.js';
import { indexStates, type EvaluatePorts } from '../gate/evaluate-target.js';
import type { Holds } from '../gate/maintenance/maintenance-ports.js';
import type {
  AuditTrail,
  BreakGlasses,
  DeadlineRecords,
  PoisonMessages,
  Problems,
  SeenClusters,
} from '../gate/ports.js';
import { describeStatus, type Status } from '../gate/status/status.js';
import type { ThrottledBudget } from '../warming/budgets.js';
import { outageOf } from '../warming/outage-record.js';
import type { OutageRecords } from '../warming/outages.js';

export interface StatusPorts
  extends
    Pick<
      EvaluatePorts,
      | 'targets'
      | 'states'
      | 'registryProofs'
      | 'judgements'
      | 'fleetRecords'
      | 'gatePolicy'
      | 'now'
      | 'deadlineMarginMs'
    >,
    Pick<DriftPorts, 'driftReports'> {
  readonly version: string;
  readonly enforcement: EnforcementPolicy;
  readonly seenClusters: SeenClusters;
  readonly deadlines: Pick<DeadlineRecords, 'list'>;
  readonly audit: AuditTrail;
  readonly breakGlasses: BreakGlasses;
  readonly problems: Problems;
  readonly poison: PoisonMessages;
  readonly holds: Pick<Holds, 'list'>;
  readonly outageRecords: OutageRecords;
  /** Budgets that are not at their full rate. */
  readonly throttled: () => Promise<readonly ThrottledBudget[]>;
  readonly catalogKeeper: { describe(): Promise<CatalogStatus> };
}

/** Problems and poison messages that are told; there may be more. */
const problemsShown = 20;
/** The audit trail itself has a page of its own. */
const changesShown = 5;

/** Everything that is stored, as it stands now. Reads only. */
export async function readStatus(ports: StatusPorts): Promise<Status> {
  const { outages, proofs, ...stored } = await readAll({
    clusters: ports.seenClusters.list(),
    targets: ports.targets.list(),
    judgements: ports.judgements.list(),
    fleetGates: ports.fleetRecords.list(),
    problems: ports.problems.list(problemsShown),
    drift: ports.driftReports.list(),
    outages: ports.outageRecords.list(),
    proofs: ports.registryProofs.list(),
    poison: ports.poison.list(problemsShown),
    throttled: ports.throttled(),
    catalog: ports.catalogKeeper.describe(),
    breakGlasses: ports.breakGlasses.list(),
    changes: ports.audit.list(changesShown),
    holds: ports.holds.list(),
    deadlines: ports.deadlines.list(),
  });
  const registries = new Set(stored.targets.flatMap((target) => target.planned?.registry ?? []));
  const states = new Map(
    await Promise.all(
      [...registries].map(
        async (registry) => [registry, await indexStates(registry, ports.states, proofs.get(registry))] as const,
      ),
    ),
  );
  const { version, enforcement, gatePolicy: policy, deadlineMarginMs } = ports;
  const own = [...proofs.values()].flatMap((proof) => outageOf(proof) ?? []);
  const known = { ...stored, outages: [...own, ...outages], states };
  return describeStatus({ ...known, version, enforcement, policy, deadlineMarginMs, now: ports.now() });
}

/** What was begun at the same time, under the same names. */
async function readAll<Reads extends Readonly<Record<string, Promise<unknown>>>>(
  reads: Reads,
): Promise<{ readonly [Name in keyof Reads]: Awaited<Reads[Name]> }> {
  const read = Object.entries(reads).map(async ([name, answer]) => [name, await answer] as const);
  return Object.fromEntries(await Promise.all(read)) as { [Name in keyof Reads]: Awaited<Reads[Name]> };
}

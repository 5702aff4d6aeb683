import type { CatalogStatus } from '../catalog/current-catalog.js';
import type { DriftPorts } from '../drift/measure-drift.js';
import type { EnforcementPolicy } from '../gate/enforcement.js';
import { indexRegistry, type EvaluatePorts } from '../gate/evaluate-target.js';
import type { Holds } from '../gate/maintenance-ports.js';
import type {
  AuditTrail,
  BreakGlasses,
  DeadlineRecords,
  PoisonMessages,
  Problems,
  SeenClusters,
} from '../gate/ports.js';
import { describeStatus, type Status } from '../gate/status.js';
import type { ThrottledBudget } from '../warming/budgets.js';
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
  const [
    clusters,
    targets,
    judgements,
    fleetGates,
    problems,
    drift,
    outages,
    poison,
    throttled,
    catalog,
    breakGlasses,
    changes,
    holds,
    deadlines,
  ] = await Promise.all([
    ports.seenClusters.list(),
    ports.targets.list(),
    ports.judgements.list(),
    ports.fleetRecords.list(),
    ports.problems.list(problemsShown),
    ports.driftReports.list(),
    ports.outageRecords.list(),
    ports.poison.list(problemsShown),
    ports.throttled(),
    ports.catalogKeeper.describe(),
    ports.breakGlasses.list(),
    ports.audit.list(changesShown),
    ports.holds.list(),
    ports.deadlines.list(),
  ]);
  const registries = [...new Set(targets.flatMap((target) => target.planned?.registry ?? []))];
  const states = new Map(
    await Promise.all(registries.map(async (registry) => [registry, await indexRegistry(registry, ports)] as const)),
  );
  const { version, enforcement, gatePolicy: policy } = ports;
  return describeStatus({
    version,
    enforcement,
    breakGlasses,
    changes,
    now: ports.now(),
    policy,
    clusters,
    targets,
    states,
    judgements,
    fleetGates,
    holds,
    outages,
    poison,
    catalog,
    problems,
    drift,
    throttled,
    deadlines,
    deadlineMarginMs: ports.deadlineMarginMs,
  });
}

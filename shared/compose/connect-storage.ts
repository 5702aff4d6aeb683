import { JsonQueue } from '../azure/queues.js';
import type { Storage } from '../azure/storage.js';
import { TableAuditTrail } from '../azure/table-audit.js';
import { TableBreakGlasses } from '../azure/table-break-glass.js';
import { TableArtifactStates } from '../azure/table-artifact-states.js';
import { TableDeadlines } from '../azure/table-deadlines.js';
import { TableDriftReports } from '../azure/table-drift.js';
import {
  TableFleetGateRecords,
  TableJudgements,
  TableProblems,
  TableSeenClusters,
} from '../azure/table-gate-records.js';
import { TableHolds } from '../azure/table-holds.js';
import { TableObserved } from '../azure/table-observed.js';
import { TableOutages } from '../azure/table-outages.js';
import { TablePoisonMessages } from '../azure/table-poison.js';
import { TableRegistryProofs } from '../azure/table-registry-proofs.js';
import { TableTargets } from '../azure/table-targets.js';
import type { Ports } from '../app/ports.js';
import { CarryingQueue } from '../warming/carry-states.js';

/** Records and queues that the stages share; what holds what is told in ARCHITECTURE.md. */
export function connectStorage(storage: Storage, now: () => Date) {
  const states = new TableArtifactStates(storage.table('syncArtifacts'));
  return {
    ensureStorage: () => storage.ensure(),
    states,
    registryProofs: new TableRegistryProofs(storage.table('syncRegistries')),
    targets: new TableTargets(storage.table('syncTargets'), now),
    judgements: new TableJudgements(storage.table('syncJudgements')),
    fleetRecords: new TableFleetGateRecords(storage.table('syncFleetGates')),
    seenClusters: new TableSeenClusters(storage.table('syncClusters')),
    observed: new TableObserved(storage.table('syncObserved')),
    driftReports: new TableDriftReports(storage.table('syncDrift')),
    problems: new TableProblems(storage.table('syncProblems')),
    poison: new TablePoisonMessages(storage.table('syncPoison')),
    outageRecords: new TableOutages(storage.table('syncOutages')),
    audit: new TableAuditTrail(storage.table('syncAudit')),
    breakGlasses: new TableBreakGlasses(storage.table('syncBreakGlass')),
    deadlines: new TableDeadlines(storage.table('syncDeadlines')),
    holds: new TableHolds(storage.table('syncHolds')),
    planQueue: new JsonQueue(storage.queue('plan')),
    warmQueue: new CarryingQueue(new JsonQueue(storage.queue('warm')), states),
    gateQueue: new JsonQueue(storage.queue('gate')),
  } satisfies Partial<Ports>;
}

import type { RefreshedCatalog } from '../catalog/refresh-catalog.js';
import type { DriftPorts } from '../drift/measure-drift.js';
import type { FleetGatePorts } from '../gate/fleet/evaluate-fleet-gate.js';
import type { MaintenancePorts } from '../gate/maintenance/evaluate-maintenance.js';
import type { PolicyPorts } from '../gate/policy/evaluate-policy.js';
import type { EvaluatePorts } from '../gate/evaluate-target.js';
import type { AuditTrail, BreakGlasses, PoisonMessages, Problems } from '../gate/ports.js';
import type { ReconcilePorts } from '../gate/reconcile/reconcile.js';
import type { RememberPorts } from '../gate/remember-judging.js';
import type { WatchTopicsPorts } from '../gate/reconcile/watch-topics.js';
import type { AdvancePorts } from '../warming/advance.js';
import type { ThrottledBudget } from '../warming/budgets.js';
import type { OutageRecords } from '../warming/outages.js';
import type { PlanPorts } from '../warming/plan-target.js';
import type { VerifyPorts } from '../warming/verify-registry-ports.js';
import type { TellCatalogPorts } from './tell-catalog.js';

/** What the app does with the catalogue, apart from reading it. */
export type CatalogKeeper = TellCatalogPorts['catalogKeeper'] & {
  /** Reads every source anew. */
  refresh(): Promise<RefreshedCatalog>;
  /** Whether nobody has done so for a day, or ever. */
  isOverdue(): Promise<boolean>;
};

/** Everything that the stages need, in one object. */
export type Ports = PlanPorts &
  AdvancePorts &
  EvaluatePorts &
  FleetGatePorts &
  PolicyPorts &
  MaintenancePorts &
  ReconcilePorts &
  Omit<VerifyPorts, 'verifyQueue'> &
  RememberPorts &
  WatchTopicsPorts &
  DriftPorts & {
    readonly version: string;
    readonly problems: Problems;
    readonly poison: PoisonMessages;
    readonly outageRecords: OutageRecords;
    readonly audit: AuditTrail;
    readonly breakGlasses: BreakGlasses;
    readonly catalogKeeper: CatalogKeeper;
    /** Problems and poison messages are kept for so long. */
    readonly retainMs: number;
    /** Entries of the audit trail, for so long. */
    readonly auditRetainMs: number;
    readonly newRunId: () => string;
    /** Budgets that are not at their full rate. */
    readonly throttled: () => Promise<readonly ThrottledBudget[]>;
    /** Creates queues and tables that are missing. Idempotent. */
    readonly ensureStorage: () => Promise<void>;
  };

import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { Cluster } from '../model/cluster.js';
import { SyncError } from '../model/errors.js';
import type { ResourceId } from '../model/resource-id.js';
import type { CatalogStatus } from '../catalog/current-catalog.js';
import type { RefreshedCatalog } from '../catalog/refresh-catalog.js';
import { artifactName } from '../model/artifact.js';
import { measureDrift, type DriftMeasured, type DriftPorts } from '../drift/measure-drift.js';
import { evaluateFleetGate, type FleetGatePorts } from '../gate/evaluate-fleet-gate.js';
import { evaluatePolicy, type PolicyPorts } from '../gate/evaluate-policy.js';
import { evaluateMaintenance, type MaintenancePorts } from '../gate/evaluate-maintenance.js';
import { evaluateTarget, judgeTarget, type EvaluatePorts, type JudgeReads } from '../gate/evaluate-target.js';
import type { GateDecision } from '../gate/decide.js';
import type {
  AuditTrail,
  BreakGlasses,
  GateTask,
  PoisonMessage,
  PoisonMessages,
  Problem,
  Problems,
} from '../gate/ports.js';
import { rememberJudging, type RememberPorts } from '../gate/remember-judging.js';
import { reconcile, type Reconciled, type ReconcilePorts } from '../gate/reconcile.js';
import { saveSeen } from '../gate/seen-clusters.js';
import type { Status } from '../gate/status.js';
import { countStrategies } from '../gate/strategy-counts.js';
import { advanceArtifact, type AdvancePorts } from '../warming/advance.js';
import { planTarget, type PlanPorts } from '../warming/plan-target.js';
import { verifyRegistry } from '../warming/verify-registry.js';
import type { VerifyPorts } from '../warming/verify-registry-ports.js';
import type { ThrottledBudget } from '../warming/budgets.js';
import type { PlanTask, WarmTask } from '../warming/ports.js';
import { requestTargets, type RequestedCluster } from '../warming/request-targets.js';
import type { OutageRecords } from '../warming/outages.js';
import { describeGate } from './describe-gate.js';
import { describeDrift, type DriftAnswer } from './drift-answer.js';
import { readStatus } from './read-status.js';
import { poisonOf, replayPoison, type ReplayAnswer, type ReplayRequest } from './replay.js';
import type { GateRequest, SyncRequest, TargetRequest } from './requests.js';

/** Azure asks for seconds or minutes; what it asks beyond that is looked at hourly. */
const longestPauseSeconds = 3600;

/** What the app does with the catalogue, apart from reading it. */
export interface CatalogKeeper {
  /** Reads every source anew. */
  refresh(): Promise<RefreshedCatalog>;
  /** Whether nobody has done so for a day, or ever. */
  isOverdue(): Promise<boolean>;
  describe(): Promise<CatalogStatus>;
}

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
  DriftPorts & {
    readonly version: string;
    readonly problems: Problems;
    readonly poison: PoisonMessages;
    readonly outageRecords: OutageRecords;
    readonly audit: AuditTrail;
    readonly breakGlasses: BreakGlasses;
    readonly catalogKeeper: CatalogKeeper;
    readonly newRunId: () => string;
    /** Budgets that are not at their full rate. */
    readonly throttled: () => Promise<readonly ThrottledBudget[]>;
    /** Creates queues and tables that are missing. Idempotent. */
    readonly ensureStorage: () => Promise<void>;
  };

/** What `POST /api/sync` answers. */
export interface SyncAnswer {
  readonly runId: string;
  readonly dryRun: boolean;
  readonly clusters: readonly RequestedCluster[];
}

/** What `GET /api/gate` answers. */
export interface GateAnswer extends GateDecision {
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly evaluatedAt: string;
  readonly plannedAt?: string;
  /** All of it as lines of text, for the log of a pipeline. */
  readonly message: string;
}

/** The app behind its doors: functions and command line call this, nothing else. */
export class Application {
  #ready: Promise<void> | undefined;

  /** What `gate` judges by: everything else reads storage. */
  readonly #remembered: JudgeReads;

  constructor(private readonly ports: Ports) {
    this.#remembered = { ...ports, ...rememberJudging(ports) };
  }

  /** Makes queues and tables; every door waits for it, a failed try is repeated by the next. */
  async ready(): Promise<void> {
    this.#ready ??= this.ports.ensureStorage();
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  /** @throws SyncError as `requestTargets` */
  async sync(request: SyncRequest): Promise<SyncAnswer> {
    await this.ready();
    const { ports } = this;
    const clusters = request.cluster
      ? [await ports.clusters.get(request.cluster)]
      : (await ports.clusters.list()).clusters;
    if (!request.dryRun) await saveSeen(clusters, ports.seenClusters, ports.now());
    const answers: RequestedCluster[] = [];
    for (const cluster of clusters) answers.push(await this.#syncOne(cluster, request));
    return { runId: ports.newRunId(), dryRun: request.dryRun, clusters: answers };
  }

  /** Asked for all, one cluster that cannot be served is told and does not stop the others. */
  async #syncOne(cluster: Cluster, request: SyncRequest): Promise<RequestedCluster> {
    try {
      const effect = request.dryRun ? 'none' : 'enqueue';
      const wish = request.kubernetesVersion === undefined ? { named: [] } : { only: request.kubernetesVersion };
      return await requestTargets(cluster, wish, effect, this.ports);
    } catch (error) {
      if (request.cluster || !(error instanceof SyncError)) throw error;
      const { id, name } = cluster.resource;
      return { id, name, isolated: true, targets: [], finding: `${error.code}: ${error.message}` };
    }
  }

  /** A new Kubernetes version for one cluster. Which versions it may upgrade to is asked of ARM. */
  async syncCluster(cluster: ResourceId): Promise<SyncAnswer> {
    return await this.sync({ cluster, kubernetesVersion: undefined, dryRun: false });
  }

  /** AKS is going to change a cluster by itself: plans it anew, also for the versions that the notice names. @throws SyncError as `requestTargets` */
  async prepareUpgrade(cluster: ResourceId, named: readonly KubernetesVersion[]): Promise<RequestedCluster> {
    await this.ready();
    return await requestTargets(await this.ports.clusters.get(cluster), { named }, 'enqueue', this.ports);
  }

  async considerFleetGate(gateId: string): Promise<void> {
    await this.ready();
    await this.ports.gateQueue.enqueue([{ kind: 'fleet-gate', gateId }], 0);
  }

  async reconcile(): Promise<Reconciled> {
    await this.ready();
    const reconciled = await reconcile(this.ports);
    if (await this.ports.catalogKeeper.isOverdue()) await this.refreshCatalog();
    return reconciled;
  }

  /** Reads the sources of the catalogue anew; what fails is told, and what was read last stays in use. */
  async refreshCatalog(): Promise<RefreshedCatalog> {
    await this.ready();
    const refreshed = await this.ports.catalogKeeper.refresh();
    for (const { subject, reason } of refreshed.alerts) {
      await this.recordProblem({ source: 'catalog', subject, reason });
    }
    return refreshed;
  }

  async measureDrift(): Promise<DriftMeasured> {
    await this.ready();
    return await measureDrift(this.ports);
  }

  /** What was predicted against what was pulled, as last measured. */
  async drift({ cluster, version }: TargetRequest): Promise<DriftAnswer> {
    await this.ready();
    return describeDrift(cluster.id, version, await this.ports.driftReports.get(cluster.id, version));
  }

  /** @returns one line for the log */
  async plan(task: PlanTask, deliveries: number): Promise<string> {
    const result = await planTarget(task, deliveries, this.ports);
    if (result.kind === 'deferred') return `plan deferred by ${result.seconds} s`;
    if (result.kind !== 'not-isolated') {
      const { clusterId, kubernetesVersion } = task;
      await this.ports.gateQueue.enqueue([{ kind: 'target', clusterId, kubernetesVersion }], 0);
    }
    if (result.kind === 'failed') return `plan failed: ${result.error.code}: ${result.error.message}`;
    if (result.kind === 'not-isolated') return `${task.clusterId} is not network isolated: left alone`;
    if (result.repaired.length > 0) await this.#tellRepaired(result.plan.registry, result.repaired);
    const { artifacts, unresolved, findings } = result.plan.set;
    const imported = countStrategies(result.plan)?.import ?? 0;
    return `planned ${artifacts.length} artifacts, ${imported} by import, ${unresolved.length} unresolved, ${findings.length} findings, ${result.enqueued} to warm`;
  }

  async #tellRepaired(registry: string, names: readonly string[]): Promise<void> {
    const reason = `records could not be read, and are written anew; proofs begin from nothing: ${names.join(', ')}`;
    await this.recordProblem({ source: 'table syncArtifacts', subject: registry, reason });
  }

  /** @returns one line for the log */
  async warm(task: WarmTask, deliveries: number): Promise<string> {
    return `${artifactName(task)} step ${task.step}: ${await advanceArtifact(task, deliveries, this.ports)}`;
  }

  /** @returns one line for the log */
  async evaluate(task: GateTask): Promise<string> {
    try {
      return await this.#evaluate(task);
    } catch (error) {
      // Deliveries within a pause would all fail, and end among the poison messages.
      if (!(error instanceof SyncError) || error.retryAfterSeconds === undefined) throw error;
      const seconds = Math.min(Math.max(Math.ceil(error.retryAfterSeconds), 1), longestPauseSeconds);
      await this.ports.gateQueue.enqueue([task], seconds);
      return `${error.code}: ${error.message}; again in ${seconds} s`;
    }
  }

  async #evaluate(task: GateTask): Promise<string> {
    const { ports } = this;
    if (task.kind === 'verify-registry')
      return `${task.registry}: ${await verifyRegistry(task, { ...ports, verifyQueue: ports.gateQueue })}`;
    if (task.kind === 'policy') return `policy: ${await evaluatePolicy(ports)}`;
    if (task.kind === 'maintenance') return `${task.clusterId}: ${await evaluateMaintenance(task, ports)}`;
    if (task.kind === 'fleet-gate') return `${task.gateId}: ${await evaluateFleetGate(task, ports)}`;
    return `${task.clusterId} ${task.kubernetesVersion}: ${await evaluateTarget(task, ports)}`;
  }

  async recordProblem(problem: Omit<Problem, 'at'>): Promise<void> {
    await this.ready();
    await this.ports.problems.add({ ...problem, at: this.ports.now() });
  }

  /** A message that its queue gave up on: told as a problem, and kept to be replayed. */
  async recordPoison(queue: PoisonMessage['queue'], message: unknown, reason: string): Promise<void> {
    const subject = (typeof message === 'string' ? message : JSON.stringify(message ?? null)).slice(0, 2000);
    await this.recordProblem({ source: `queue ${queue}`, subject, reason });
    await this.ports.poison.save(poisonOf(queue, message, reason, this.ports.now()));
  }

  /** @throws SyncError as `replayPoison` */
  async replay(request: ReplayRequest): Promise<ReplayAnswer> {
    await this.ready();
    return await replayPoison(request, this.ports);
  }

  /** The decision from what is stored; an unknown cluster or version is `unknown`, with the reason. */
  async gate({ cluster, version }: GateRequest): Promise<GateAnswer> {
    await this.ready();
    const { record, decision } = await judgeTarget(cluster.id, version, this.#remembered);
    const leftAlone = record ? undefined : await this.#findingOf(cluster);
    const answer = {
      cluster: cluster.id,
      kubernetesVersion: version,
      ...decision,
      ...(leftAlone === undefined ? {} : { reasons: [leftAlone] }),
      evaluatedAt: this.ports.now().toISOString(),
      ...(record?.planned ? { plannedAt: record.planned.plannedAt.toISOString() } : {}),
    };
    return { ...answer, message: describeGate(answer) };
  }

  async status(): Promise<Status> {
    await this.ready();
    return await readStatus(this.ports);
  }

  async #findingOf(cluster: ResourceId): Promise<string | undefined> {
    return (await this.ports.seenClusters.get(cluster.id))?.finding;
  }
}

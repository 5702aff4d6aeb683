import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { SyncError } from '../model/errors.js';
import type { ResourceId } from '../model/resource-id.js';
import type { RefreshedCatalog } from '../catalog/refresh-catalog.js';
import { artifactName } from '../model/artifact.js';
import { measureDrift, type DriftMeasured } from '../drift/measure-drift.js';
import { evaluateFleetGate } from '../gate/fleet/evaluate-fleet-gate.js';
import type { Notice } from '../gate/decision/deadlines.js';
import { evaluatePolicy } from '../gate/policy/evaluate-policy.js';
import { evaluateMaintenance } from '../gate/maintenance/evaluate-maintenance.js';
import { modeOf, type EnforcementPolicy } from '../gate/enforcement.js';
import { breakGlass, mendGlass } from '../gate/break-glass.js';
import { evaluateTarget, type JudgeReads } from '../gate/evaluate-target.js';
import type { OutgoingEvent } from '../gate/announcements/outgoing-events.js';
import type { GateTask, PoisonMessage, Problem } from '../gate/ports.js';
import { rememberJudging } from '../gate/remember-judging.js';
import { watchTopicsHourly } from '../gate/reconcile/watch-topics.js';
import { lookAtAllHalfHourly } from '../gate/reconcile/maintenance-look.js';
import { reconcile, type Reconciled } from '../gate/reconcile/reconcile.js';
import {
  describeChange,
  describeGlass,
  type BreakGlassStatus,
  type ChangeStatus,
  type Status,
} from '../gate/status/status.js';
import { countStrategies } from '../gate/status/strategy-counts.js';
import { advanceArtifact } from '../warming/advance.js';
import { planTarget } from '../warming/plan-target.js';
import { verifyRegistry } from '../warming/verify-registry.js';
import type { PlanTask, WarmTask } from '../warming/ports.js';
import type { RequestedCluster } from '../warming/request-targets.js';
import type { BreakRequest, MendRequest } from './break-glass-requests.js';
import { answerGate, versionOf, type GateAnswer } from './gate-answer.js';
import { describeDrift, type DriftAnswer } from './drift-answer.js';
import { prepareUpgrade } from './prepare-upgrade.js';
import { describeRepaired, purgeDaily } from './problems.js';
import { readStatus } from './read-status.js';
import { watchHealth, type Health } from './health.js';
import type { Ports } from './ports.js';
import { poisonOf, replayPoison, type ReplayAnswer, type ReplayRequest } from './replay.js';
import { describeEvent, tellCatalog } from './tell-catalog.js';
import type { GateRequest, SyncRequest, TargetRequest } from './requests.js';
import { syncClusters, type SyncAnswer } from './sync-clusters.js';

/** Azure asks for seconds or minutes; what it asks beyond that is looked at hourly. */
const longestPauseSeconds = 3600;

/** The app behind its doors: functions and command line call this, nothing else. */
export class Application {
  #ready: Promise<void> | undefined;
  readonly #purge = purgeDaily();
  readonly #watchTopics = watchTopicsHourly();
  readonly #health = watchHealth();
  readonly #look = lookAtAllHalfHourly();

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
    return await syncClusters(request, this.ports);
  }

  /** A new Kubernetes version for one cluster. Which versions it may upgrade to is asked of ARM. */
  async syncCluster(cluster: ResourceId): Promise<SyncAnswer> {
    return await this.sync({ cluster, kubernetesVersion: undefined, dryRun: false });
  }

  /** @throws SyncError as `prepareUpgrade` */
  async prepareUpgrade(
    cluster: ResourceId,
    named: readonly KubernetesVersion[],
    notice: Notice,
  ): Promise<RequestedCluster> {
    await this.ready();
    return await prepareUpgrade(cluster, named, notice, this.ports);
  }

  async considerFleetGate(gateId: string): Promise<void> {
    await this.ready();
    await this.ports.gateQueue.enqueue([{ kind: 'fleet-gate', gateId }], 0);
  }

  async reconcile(): Promise<Reconciled> {
    await this.ready();
    const reconciled = await reconcile(this.ports, this.#look(this.ports.now()));
    await this.#purge(this.ports);
    if (await this.ports.catalogKeeper.isOverdue()) await this.refreshCatalog();
    else await tellCatalog(this.ports);
    const unwatched = await this.#watchTopics(this.ports);
    return { ...reconciled, failures: [...reconciled.failures, ...unwatched] };
  }

  /** Reads the sources of the catalogue anew; what fails is told, and what was read last stays in use. */
  async refreshCatalog(): Promise<RefreshedCatalog> {
    await this.ready();
    const refreshed = await this.ports.catalogKeeper.refresh();
    for (const { subject, reason } of refreshed.alerts) {
      await this.recordProblem({ source: 'catalog', subject, reason });
    }
    await tellCatalog(this.ports);
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
    if (result.repaired.length > 0) await this.recordProblem(describeRepaired(result.plan.registry, result.repaired));
    const { artifacts, unresolved, findings } = result.plan.set;
    const imported = countStrategies(result.plan)?.import ?? 0;
    return `planned ${artifacts.length} artifacts, ${imported} by import, ${unresolved.length} unresolved, ${findings.length} findings, ${result.enqueued} to warm`;
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
    const told: OutgoingEvent[] = [];
    const outcome = await evaluateTarget(task, ports, (event) => told.push(event));
    return [`${task.clusterId} ${task.kubernetesVersion}: ${outcome}`, ...told.map(describeEvent)].join('; ');
  }

  async recordProblem(problem: Omit<Problem, 'at'>): Promise<void> {
    await this.ready();
    await this.ports.problems.add({ ...problem, at: this.ports.now() });
  }

  /** A message that its queue gave up on: told as a problem, and kept to be replayed. */
  async recordPoison(queue: PoisonMessage['queue'], message: unknown, reason: string): Promise<void> {
    const poison = poisonOf(queue, message, reason, this.ports.now());
    await this.recordProblem({ source: `queue ${queue}`, subject: poison.message.slice(0, 2000), reason });
    await this.ports.poison.save(poison);
  }

  /** @throws SyncError as `replayPoison` */
  async replay(request: ReplayRequest): Promise<ReplayAnswer> {
    await this.ready();
    return await replayPoison(request, this.ports);
  }

  /** The decision from what is stored; an unknown cluster or version is `unknown`, with the reason. */
  async gate(request: GateRequest): Promise<GateAnswer> {
    await this.ready();
    return await answerGate(request, this.#remembered);
  }

  /** Opens one gate by hand; `mode` tells whether that changes anything in Azure. @throws SyncError INVALID_INPUT for the current version of a cluster that nobody has seen */
  async breakGlass(request: BreakRequest): Promise<BreakGlassStatus & Pick<EnforcementPolicy, 'mode'>> {
    await this.ready();
    const version = await versionOf(request.cluster, request.version, this.ports);
    const glass = await breakGlass({ ...request, version }, request.hours, this.ports);
    return { ...describeGlass(glass), mode: modeOf(request.cluster.id, this.ports.enforcement) };
  }

  /** Lets proofs decide again. @throws SyncError as `breakGlass` */
  async mendGlass(request: MendRequest): Promise<{ readonly mended: BreakGlassStatus | null }> {
    await this.ready();
    const version = await versionOf(request.cluster, request.version, this.ports);
    const glass = await mendGlass({ ...request, version }, this.ports);
    return { mended: glass ? describeGlass(glass) : null };
  }

  /** Changes in Azure, made or only told, the newest first. */
  async audit({ most }: { readonly most: number }): Promise<{ readonly entries: readonly ChangeStatus[] }> {
    await this.ready();
    return { entries: (await this.ports.audit.list(most)).map(describeChange) };
  }

  /** What alerts read, after a round. */
  async health(round: Reconciled): Promise<Health> {
    await this.ready();
    return await this.#health(round, () => readStatus(this.ports), this.ports.now());
  }

  async status(): Promise<Status> {
    await this.ready();
    return await readStatus(this.ports);
  }
}

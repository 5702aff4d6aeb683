import { randomUUID } from 'node:crypto';
import { Application } from '../../../shared/app/application.js';
import type { Ports } from '../../../shared/app/ports.js';
import type { EnforcementPolicy } from '../../../shared/gate/enforcement.js';
import type { MaintenancePolicy } from '../../../shared/gate/maintenance/maintenance-ports.js';
import type { GateTask } from '../../../shared/gate/ports.js';
import type { Cluster, ReportedComponent } from '../../../shared/model/cluster.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../../../shared/requirements/resolve.js';
import { ContentMemory } from '../../../shared/warming/content-memory.js';
import { Outages } from '../../../shared/warming/outages.js';
import type { PlanTask, WarmTask } from '../../../shared/warming/ports.js';
import { hours, minutes, policy, profileOf, registryOf, subscriptionId, target } from '../builders.js';
import { idleCatalogKeeper } from '../catalog/idle-catalog.js';
import { smallCatalog } from '../small-catalog.js';
import { FakeClock } from './clock.js';
import { FakeClusterTopics, FakeClusters, FakeFleets, FakeRegistries } from './fake-arm.js';
import { FakeImports, unlimitedBudgets } from './fake-imports.js';
import { FakeMar } from './fake-manifests.js';
import { FakeCachingRegistry } from './fake-registry.js';
import type { FakePolicyAssignments } from './fake-policy-assignments.js';
import { MemoryArtifactStates } from './memory-artifact-states.js';
import { FakeInventory, FakePullLog, MemoryDriftReports, MemoryObserved } from './memory-drift.js';
import { MemoryFleetGateRecords, MemoryJudgements, MemoryProblems, MemorySeenClusters } from './memory-gate-records.js';
import { MemoryAuditTrail, MemoryBreakGlasses } from './memory-audit.js';
import { FakeTopic, MemoryDeadlines } from './memory-events.js';
import { FakeMaintenance } from './fake-maintenance.js';
import { MemoryHolds } from './memory-holds.js';
import { MemoryOutages } from './memory-outages.js';
import { MemoryPoison } from './memory-poison.js';
import { MemoryQueue } from './memory-queue.js';
import { StorageFault } from '../chaos/faulty-ports.js';
import { FakeStoredManifests } from './fake-stored-manifests.js';
import { MemoryRegistryProofs } from './memory-registry-proofs.js';
import { MemoryTargets } from './memory-targets.js';

const kubeProxy = 'oss/v2/kubernetes/kube-proxy';
/** At one point in time there is never so much to do. */
const mostMessages = 2000;
const reported = [
  { name: 'coredns', version: 'v1.13.1-6' },
  { name: 'metrics-server', version: 'v0.8.1-1' },
];

/** A subscription and the app's storage in memory; MAR has all that the small catalogue names. */
export class FakeSubscription {
  readonly clock = new FakeClock();
  readonly mar = new FakeMar();
  readonly clusters = new FakeClusters();
  readonly clusterTopics = new FakeClusterTopics();
  readonly registries = new FakeRegistries();
  readonly fleets = new FakeFleets();
  /** Set: an assignment is kept. */
  policyAssignments: FakePolicyAssignments | undefined;
  readonly states = new MemoryArtifactStates(this.clock.now);
  readonly targets = new MemoryTargets(this.clock.now);
  readonly judgements = new MemoryJudgements();
  readonly fleetRecords = new MemoryFleetGateRecords();
  readonly seenClusters = new MemorySeenClusters();
  readonly problems = new MemoryProblems();
  readonly observed = new MemoryObserved();
  readonly driftReports = new MemoryDriftReports();
  readonly poison = new MemoryPoison();
  readonly deadlines = new MemoryDeadlines();
  readonly topic = new FakeTopic();
  readonly maintenance = new FakeMaintenance(this.clock.now);
  readonly holds = new MemoryHolds();
  /** Off, so that tests of other things see no messages of it. */
  maintenancePolicy: MaintenancePolicy = { scope: 'off', create: 'never', holdDays: 3 };
  readonly audit = new MemoryAuditTrail();
  readonly breakGlasses = new MemoryBreakGlasses();
  readonly outageRecords = new MemoryOutages();
  readonly inventory = new FakeInventory();
  pullLog: FakePullLog | undefined = new FakePullLog();
  readonly planQueue = new MemoryQueue<PlanTask>(this.clock);
  readonly warmQueue = new MemoryQueue<WarmTask>(this.clock);
  readonly gateQueue = new MemoryQueue<GateTask>(this.clock);
  /** Data planes by login server. */
  readonly caches = new Map<string, FakeCachingRegistry>();
  readonly registryProofs = new MemoryRegistryProofs();
  readonly storedManifests = new FakeStoredManifests(this.caches);
  readonly catalog = smallCatalog();
  /** ARM's imports, into whichever registry is asked for. */
  readonly imports = new FakeImports((registry) => this.#cacheOf(registry), this.clock);

  #cacheOf(registry: string): FakeCachingRegistry {
    const loginServer = `${registry.split('/').at(-1) ?? ''}.azurecr.io`;
    return this.caches.get(loginServer) ?? fail(loginServer);
  }

  addRegistry(name = 'acr'): FakeCachingRegistry {
    const registry = registryOf(name);
    const cache = new FakeCachingRegistry(this.mar, this.clock);
    this.registries.put(registry);
    this.caches.set(registry.loginServer, cache);
    return cache;
  }

  /** A cluster that AKS offers 1.35.7, and in MAR all that it will pull then and pulls now. */
  addCluster(cluster: Cluster): void {
    this.clusters.put(cluster, { ...profileOf('1.35.7'), componentsByMinor: new Map([['1.35', reported]]) });
    this.#fillMar(cluster, target, reported);
    this.#fillMar(cluster, cluster.kubernetesVersion, []);
  }

  #fillMar(cluster: Cluster, version: KubernetesVersion, components: readonly ReportedComponent[]): void {
    this.mar.put(kubeProxy, `v${version}-1`);
    const tagLists = new Map([[kubeProxy, [`v${version}-1`]]]);
    const input = { cluster, target: version, reported: components, catalog: this.catalog, tagLists };
    for (const { kind, repository, tag } of resolveRequirements(input).artifacts) {
      if (!this.mar.find(repository, tag)) this.mar.put(repository, tag, undefined, kind === 'binary' ? 0 : 2);
    }
  }

  ports(mode: EnforcementPolicy['mode'] = 'enforce'): Ports {
    const { clock, mar, clusters, registries, fleets, states, targets, judgements, fleetRecords } = this;
    const { seenClusters, problems, planQueue, warmQueue, gateQueue } = this;
    const { observed, driftReports, inventory, pullLog, registryProofs, storedManifests } = this;
    return {
      ...{
        planQueue,
        warmQueue,
        gateQueue,
        enforcement: { mode, scopes: [] },
        observed,
        driftReports,
        inventory,
        pullLog,
      },
      policyAssignments: this.policyAssignments,
      ...{ registryProofs, storedManifests, verifyPolicy: { everyMs: hours(3) } },
      ...{ clusters, registries, fleets, states, targets, judgements, fleetRecords, seenClusters, problems },
      ...{ clusterTopics: this.clusterTopics, eventAccount: undefined },
      catalog: { current: async () => this.catalog },
      catalogKeeper: idleCatalogKeeper,
      upstream: mar,
      imports: this.imports,
      budgets: unlimitedBudgets,
      memory: new ContentMemory(clock.now),
      outages: new Outages(this, clock.now),
      outageRecords: this.outageRecords,
      poison: this.poison,
      deadlines: this.deadlines,
      deadlineMarginMs: hours(1),
      events: this.topic,
      maintenance: this.maintenance,
      holds: this.holds,
      maintenancePolicy: this.maintenancePolicy,
      audit: this.audit,
      breakGlasses: this.breakGlasses,
      proofLevel: 'deep',
      referrers: 'left',
      registry: (loginServer) => this.caches.get(loginServer) ?? fail(loginServer),
      retainMs: hours(30 * 24),
      auditRetainMs: hours(400 * 24),
      version: '0.0.0',
      now: clock.now,
      newRunId: randomUUID,
      throttled: async () => [],
      ensureStorage: async () => undefined,
      marHost: 'mcr.microsoft.com',
      fleetGatePrefix: 'artifact-sync',
      pace: { verifyDelaySeconds: 10 },
      judgeEverySeconds: 10,
      gatePolicy: policy,
      probePolicy: { mostRequests: 100, concurrentRequests: 8, trustFoundMs: hours(24), trustMissingMs: hours(6) },
      observedPolicy: { maxAgeMs: hours(90 * 24), mostPerMinor: 200 },
      driftPolicy: { firstLookBackMs: hours(7 * 24), longestWindowMs: hours(30 * 24) },
      targetPolicy: { upgradesTo: new Set(['patch', 'minor']) },
      workPolicy: {
        reproveAfterMs: hours(12),
        retryFailedAfterMs: minutes(30),
        lostAfterMs: minutes(2),
        bakedDelaySeconds: 10,
        proofLevel: 'deep',
      },
      reconcilePolicy: { renewPlanAfterMs: hours(1), lostAfterMs: minutes(2), retryFailedAfterMs: minutes(30) },
      subscriptionId,
      componentInsights: 'optional',
      freshProofMs: minutes(15),
    };
  }

  /** Works off every message that is visible now, and what follows from it without a delay. Failures give messages back. */
  async drain(ports: Ports = this.ports()): Promise<void> {
    const app = new Application(ports);
    for (let worked = 0; worked < mostMessages; worked += 1) {
      if (await workOff(this.planQueue, (task, deliveries) => app.plan(task, deliveries))) continue;
      if (await workOff(this.warmQueue, (task, deliveries) => app.warm(task, deliveries))) continue;
      if (await workOff(this.gateQueue, (task) => app.evaluate(task))) continue;
      return;
    }
    throw new Error('messages multiply without an end');
  }

  /** Lets time pass with everything that falls due in it; the reconcile timer fires every five minutes. */
  async pass(seconds: number, ports: Ports = this.ports()): Promise<void> {
    const app = new Application(ports);
    const end = this.clock.now().getTime() + seconds * 1000;
    for (;;) {
      await this.drain(ports);
      const current = this.clock.now().getTime();
      const timer = (Math.floor(current / minutes(5)) + 1) * minutes(5);
      const queues = [this.planQueue, this.warmQueue, this.gateQueue];
      const next = Math.min(timer, end, ...queues.map((queue) => queue.nextVisibleAt));
      this.clock.advance((next - current) / 1000);
      if (next === timer) await app.reconcile().catch(tolerate);
      if (next >= end) return await this.drain(ports);
    }
  }
}

/** What fails is told in the log, and tried again; storage that fails does so in words of its own. A bug is none of that. */
function tolerate(error: unknown): void {
  if (!(error instanceof SyncError) && !(error instanceof StorageFault)) throw error;
}

async function workOff<Message>(
  queue: MemoryQueue<Message>,
  work: (message: Message, deliveries: number) => Promise<unknown>,
): Promise<boolean> {
  const delivery = queue.receive();
  if (!delivery) return false;
  try {
    await work(delivery.message, delivery.deliveries);
    delivery.complete();
  } catch (error) {
    delivery.abandon();
    tolerate(error);
  }
  return true;
}

function fail(loginServer: string): never {
  throw new Error(`no registry at ${loginServer}`);
}

import type { CatalogReader } from '../catalog/ports.js';
import { artifactName } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { parseClusterId } from '../model/resource-id.js';
import type { ObservedPolicy } from '../requirements/observed.js';
import type { ClusterReader, ObservedArtifacts } from '../requirements/ports.js';
import type { TargetRecord, Targets } from '../warming/ports.js';
import { compareDrift, keepEscapes, namespacesOf } from './compare-drift.js';
import { groupByMinor, learn, type Sighting } from './learn.js';
import type { DriftReports } from './ports.js';
import { pullsOf, readEvidence, type EvidencePorts, type RegistryEvidence } from './read-evidence.js';
import type { DriftReport, PulledArtifact } from './report.js';
import { isUpgrading, windowOf, type DriftPolicy, type DriftWindow, type RunningCluster } from './running-cluster.js';
import { sightingsOf } from './sightings.js';

export interface DriftPorts extends EvidencePorts {
  readonly clusters: ClusterReader;
  readonly targets: Targets;
  readonly driftReports: DriftReports;
  readonly observed: ObservedArtifacts;
  readonly catalog: CatalogReader;
  readonly driftPolicy: DriftPolicy;
  readonly observedPolicy: ObservedPolicy;
  readonly now: () => Date;
}

/** Counts of one round, for the log. */
export interface DriftMeasured {
  readonly clusters: number;
  readonly escaped: number;
  /** Sightings that plans will use from now on, new or seen again. */
  readonly learnt: number;
  readonly failures: readonly string[];
}

/**
 * Compares, for every cluster that runs a planned version, what was predicted with what was pulled; keeps the reports, and feeds what
 * escaped back, so that the next plan of a comparable cluster has it. Warms nothing and judges nothing.
 *
 * Runs twice: reports are replaced, and a fact that is learnt again stays as it is. One registry failing does not keep the others waiting.
 */
export async function measureDrift(ports: DriftPorts): Promise<DriftMeasured> {
  const failures: string[] = [];
  const running = await findRunning(ports, failures);
  const registries = Map.groupBy(running, ({ registry }) => registry.key);
  const sightings: Sighting[] = [];
  let escaped = 0;
  for (const [registry, sharing] of registries) {
    const measured = await attempt(registry, failures, () => measureRegistry(sharing, ports));
    for (const { source, reason } of measured?.failed ?? []) failures.push(`${registry}: ${source}: ${reason}`);
    sightings.push(...(measured?.sightings ?? []));
    escaped += measured?.escaped ?? 0;
  }
  return { clusters: running.length, escaped, learnt: await feedBack(sightings, ports, failures), failures };
}

/** Clusters whose own version is planned; reports of clusters that are gone go too. */
async function findRunning(ports: DriftPorts, failures: string[]): Promise<readonly RunningCluster[]> {
  const [records, reports] = await Promise.all([ports.targets.list(), ports.driftReports.list()]);
  const ids = new Map([...reports, ...records].map(({ clusterId }) => [clusterId.toLowerCase(), clusterId]));
  const running: RunningCluster[] = [];
  for (const [key, id] of ids) {
    const plans = records.flatMap((record) => plansOf(record, key));
    const own = reports.filter(({ clusterId }) => clusterId.toLowerCase() === key);
    const found = await attempt(id, failures, () => findCluster(id, ports));
    if (found?.bootstrap.source !== 'cache') continue;
    const { registry } = found.bootstrap;
    const plan = plans.find(({ kubernetesVersion }) => kubernetesVersion === found.kubernetesVersion);
    const otherPlans = plans.filter((one) => one !== plan);
    if (plan) running.push({ cluster: found, registry, plan, otherPlans, reports: own });
  }
  return running;
}

function plansOf({ clusterId, planned }: TargetRecord, key: string) {
  return planned && clusterId.toLowerCase() === key ? [planned] : [];
}

async function findCluster(id: string, { clusters, driftReports }: DriftPorts) {
  try {
    return await clusters.get(parseClusterId(id));
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'CLUSTER_NOT_FOUND') throw error;
    await driftReports.remove(id);
    return undefined;
  }
}

interface RegistryDrift {
  readonly sightings: readonly Sighting[];
  readonly escaped: number;
  readonly failed: readonly { readonly source: string; readonly reason: string }[];
}

async function measureRegistry(sharing: readonly RunningCluster[], ports: DriftPorts): Promise<RegistryDrift> {
  const [first] = sharing;
  if (!first) return { sightings: [], escaped: 0, failed: [] };
  const now = ports.now();
  const windows = sharing.map((one) => windowOf(one, now, ports.driftPolicy));
  const earliest = new Date(Math.min(...windows.map(({ since }) => since.getTime())));
  const evidence = await readEvidence(first.registry, earliest, ports);
  const { inventory, log } = evidence.sources;
  const failed = Object.entries({ inventory, log }).flatMap(([source, state]) =>
    state.state === 'failed' ? { source, reason: state.reason } : [],
  );
  // Nothing was read: the last reports stay what they are.
  if (inventory.state !== 'read' && log.state !== 'read') return { sightings: [], escaped: 0, failed };
  const namespaces = namespacesOf(await ports.catalog.current());
  const sightings: Sighting[] = [];
  let escaped = 0;
  for (const [index, one] of sharing.entries()) {
    // What it pulls now would go to the version before, and the first look at the new one begin after it.
    if (isUpgrading(one.cluster)) continue;
    const window = windows[index] ?? { since: earliest, firstMeasuredAt: now };
    const pulled = pullsOf(one, sharing, evidence, window.since);
    const report = reportOf(one, pulled, evidence, window, { namespaces, measuredAt: now });
    await ports.driftReports.save(report);
    sightings.push(...sightingsOf(report, one, pulled));
    escaped += report.escaped.length;
  }
  return { sightings, escaped, failed };
}

function reportOf(
  { cluster, plan, otherPlans, reports }: RunningCluster,
  pulled: readonly PulledArtifact[],
  evidence: RegistryEvidence,
  window: DriftWindow,
  { namespaces, measuredAt }: { readonly namespaces: ReadonlySet<string>; readonly measuredAt: Date },
): DriftReport {
  const drift = compareDrift(plan.set.artifacts, pulled, {
    otherPlans: new Set(otherPlans.flatMap(({ set }) => set.artifacts.map(artifactName))),
    warmed: new Set(evidence.states.map(artifactName)),
    runsSince: window.firstMeasuredAt,
    namespaces,
    log: evidence.events === undefined ? 'absent' : 'read',
  });
  const last = reports.find(({ kubernetesVersion }) => kubernetesVersion === cluster.kubernetesVersion);
  return {
    ...keepEscapes(last?.escaped ?? [], drift, pulled),
    ...window,
    clusterId: cluster.resource.id,
    kubernetesVersion: cluster.kubernetesVersion,
    measuredAt,
    sources: evidence.sources,
  };
}

/** @returns how many sightings were written */
async function feedBack(sightings: readonly Sighting[], ports: DriftPorts, failures: string[]): Promise<number> {
  let learnt = 0;
  for (const [minor, ofMinor] of groupByMinor(sightings)) {
    const { facts, etag } = await ports.observed.get(minor);
    const saved = await ports.observed.save(minor, learn(facts, ofMinor, ports.now(), ports.observedPolicy), etag);
    if (saved) learnt += ofMinor.length;
    else failures.push(`what was observed of ${minor}: somebody else wrote first; the next round learns it`);
  }
  return learnt;
}

/** @returns undefined when it failed in an operable way, which `failures` tells then */
async function attempt<Value>(
  subject: string,
  failures: string[],
  work: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    failures.push(`${subject}: ${error.code}: ${error.message}`);
    return undefined;
  }
}

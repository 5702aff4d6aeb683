import { evaluateMaintenance } from '../../shared/gate/maintenance/evaluate-maintenance.js';
import { readWindow } from '../../shared/gate/maintenance/maintenance-documents.js';
import type {
  ConfigurationName,
  DateSpan,
  HoldRecord,
  MaintenanceConfigurations,
  MaintenanceDocument,
} from '../../shared/gate/maintenance/maintenance-ports.js';
import type { Cluster } from '../../shared/model/cluster.js';
import { SyncError } from '../../shared/model/errors.js';
import { hashFacts } from '../../shared/requirements/facts-hash.js';
import { clusterId, clusterOf, coredns, planOf, provenState, setOf, stateOf } from './builders.js';
import { weekly } from './fakes/fake-maintenance.js';
import { FakeSubscription } from './fakes/fake-subscription.js';
import type { MortalWorkers } from './fakes/mortal-workers.js';

export const auto = 'aksManagedAutoUpgradeSchedule';
export const nodes = 'aksManagedNodeOSUpgradeSchedule';
/** The clock starts on 2026-09-01, and a hold lasts three days more. */
export const firstEntry: DateSpan = { start: '2026-09-01', end: '2026-09-04' };
/** What a user has blocked for reasons of their own. */
export const christmas: DateSpan = { start: '2026-12-23', end: '2027-01-03' };

/** An isolated cluster that AKS upgrades by itself. */
export function autoUpgraded(channel = 'rapid', nodeOs = 'None', more: Cluster['properties'] = {}): Cluster {
  const autoUpgradeProfile = { upgradeChannel: channel, nodeOSUpgradeChannel: nodeOs };
  return clusterOf('one', 'acr', {
    properties: { networkProfile: { networkPlugin: 'azure' }, autoUpgradeProfile, ...more },
  });
}

/** A cluster whose upgrade to 1.35.7 was never planned, with a maintenance window and its owner's own entry. */
export function arrangeMaintained(
  cluster: Cluster = autoUpgraded(),
  document: MaintenanceDocument | null = ownWindow,
): FakeSubscription {
  const azure = new FakeSubscription();
  azure.maintenancePolicy = { scope: 'auto-upgrade', create: 'never', holdDays: 3 };
  azure.addRegistry();
  azure.addCluster(cluster);
  if (document) azure.maintenance.set(clusterId(), auto, document);
  return azure;
}

export const ownWindow: MaintenanceDocument = {
  ...weekly({ notAllowedDates: [christmas], aFieldOfTomorrow: { kept: true } }),
  name: auto,
};

export async function judgeMaintenance(
  azure: FakeSubscription,
  mode: 'observe' | 'enforce' = 'enforce',
): Promise<string> {
  return await evaluateMaintenance({ kind: 'maintenance', clusterId: clusterId() }, azure.ports(mode));
}

/** `notAllowedDates` of a configuration, as they are in Azure. */
export function entriesOf(azure: FakeSubscription, name: ConfigurationName = auto): readonly unknown[] {
  const document = azure.maintenance.find(clusterId(), name);
  return document ? (readWindow(document)?.entries ?? []) : [];
}

export async function holdOf(azure: FakeSubscription, name: ConfigurationName = auto): Promise<HoldRecord | undefined> {
  return (await azure.holds.list()).find(({ configuration }) => configuration === name);
}

/** Everything that blocks an upgrade goes away: plans are made, artifacts come. */
export async function warmUp(azure: FakeSubscription): Promise<void> {
  await azure.pass(240);
}

/** A cluster with one target, the version that it runs: see `setOpen`. */
export const nodeImages: Cluster = autoUpgraded('node-image');

/** The one target of `nodeImages` is proven now, or not. */
export async function setOpen(azure: FakeSubscription, isOpen: boolean): Promise<void> {
  const now = azure.clock.now();
  const { kubernetesVersion } = nodeImages;
  await azure.targets.savePlan(
    planOf(setOf(coredns), { kubernetesVersion, plannedAt: now, factsHash: hashFacts(nodeImages) }),
  );
  const state = isOpen ? provenState(coredns, { provenAt: now }) : stateOf(coredns, { dueAt: now });
  const known = await azure.states.get(state.registry, coredns);
  await azure.states.save([{ state, etag: known?.etag }]);
}

/** A request to ARM ends by itself: one that its worker sleeps over for longer is never sent. */
const longestRequestMs = 60_000;

/** Has a worker judge maintenance that sleeps and dies where the test says. @returns its number */
export async function hireJudge(
  azure: FakeSubscription,
  workers: MortalWorkers,
  onError: (error: unknown) => void,
): Promise<number> {
  const asked = new WeakMap<object, number>();
  const now = () => azure.clock.now().getTime();
  const ports = azure.ports();
  const sent = withChanges(ports.maintenance, (about) => {
    if (now() - (asked.get(about) ?? 0) > longestRequestMs) throw new SyncError('ARM_UNAVAILABLE', 'timed out');
  });
  return await workers.hire({ ...ports, maintenance: sent }, async (stopping) => {
    const maintenance = withChanges(stopping.maintenance, (about) => asked.set(about, now()));
    const task = { kind: 'maintenance', clusterId: clusterId() } as const;
    await evaluateMaintenance(task, { ...stopping, maintenance }).catch((error: unknown) => {
      if (!(error instanceof SyncError) || error.code !== 'ARM_UNAVAILABLE') onError(error);
    });
  });
}

function withChanges(port: MaintenanceConfigurations, tell: (about: object) => unknown): MaintenanceConfigurations {
  return {
    list: async (cluster) => await port.list(cluster),
    put: async (cluster, name, document, before) => {
      tell(document);
      return await port.put(cluster, name, document, before);
    },
    remove: async (cluster, before) => {
      tell(before);
      return await port.remove(cluster, before);
    },
  };
}

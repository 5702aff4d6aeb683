import { evaluateMaintenance } from '../../shared/gate/evaluate-maintenance.js';
import { readWindow } from '../../shared/gate/maintenance-documents.js';
import type {
  ConfigurationName,
  DateSpan,
  HoldRecord,
  MaintenanceDocument,
} from '../../shared/gate/maintenance-ports.js';
import type { Cluster } from '../../shared/model/cluster.js';
import { clusterId, clusterOf } from './builders.js';
import { weekly } from './fakes/fake-maintenance.js';
import { FakeSubscription } from './fakes/fake-subscription.js';

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

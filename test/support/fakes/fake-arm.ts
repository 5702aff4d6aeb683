import type { ClusterTopic, ClusterTopics } from '../../../shared/gate/reconcile/cluster-topics.js';
import type { FleetGate, UpdateRun } from '../../../shared/gate/fleet/fleet.js';
import type { Fleets } from '../../../shared/gate/fleet/fleet-ports.js';
import type { Cluster, UpgradeProfile } from '../../../shared/model/cluster.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { Registry } from '../../../shared/model/registry.js';
import type { ResourceId } from '../../../shared/model/resource-id.js';
import type {
  ClusterList,
  ClusterReader,
  RegistryReader,
  UnreadableCluster,
} from '../../../shared/requirements/ports.js';

/** Throws to be an Azure that fails; told what is asked for. */
export type Fault = (what: string) => void;

const noFault: Fault = () => undefined;

/** Clusters of a subscription in memory. */
export class FakeClusters implements ClusterReader {
  readonly #known = new Map<string, { cluster: Cluster; profile: UpgradeProfile }>();
  unreadable: readonly UnreadableCluster[] = [];
  fault = noFault;

  put(cluster: Cluster, profile: UpgradeProfile): void {
    this.#known.set(cluster.resource.key, { cluster, profile });
  }

  remove(cluster: ResourceId): void {
    this.#known.delete(cluster.key);
  }

  async list(): Promise<ClusterList> {
    this.fault('clusters');
    return { clusters: [...this.#known.values()].map(({ cluster }) => cluster), unreadable: this.unreadable };
  }

  async get(cluster: ResourceId): Promise<Cluster> {
    return { extensions: { kind: 'read', types: [] }, ...this.#find(cluster).cluster };
  }

  async upgradeProfile(cluster: ResourceId): Promise<UpgradeProfile> {
    return this.#find(cluster).profile;
  }

  #find(cluster: ResourceId) {
    this.fault(cluster.name);
    const found = this.#known.get(cluster.key);
    if (!found) throw new SyncError('CLUSTER_NOT_FOUND', `ARM has no cluster ${cluster.id}`);
    return found;
  }
}

/** System topics in memory. */
export class FakeClusterTopics implements ClusterTopics {
  topics: readonly ClusterTopic[] = [];
  fault = noFault;
  asked = 0;

  async list(): Promise<readonly ClusterTopic[]> {
    this.asked += 1;
    this.fault('system topics');
    return this.topics;
  }
}

/** Registries in memory. */
export class FakeRegistries implements RegistryReader {
  readonly #known = new Map<string, Registry>();
  fault = noFault;

  put(registry: Registry): void {
    this.#known.set(registry.resource.key, registry);
  }

  async get(registry: ResourceId): Promise<Registry> {
    this.fault(registry.name);
    const found = this.#known.get(registry.key);
    if (!found) throw new SyncError('REGISTRY_NOT_FOUND', `registry ${registry.id}: 404`);
    return found;
  }
}

/** Fleets in memory: gates with ETags that count their changes. */
export class FakeFleets implements Fleets {
  readonly #gates = new Map<string, FleetGate>();
  readonly #runs = new Map<string, UpdateRun>();
  fault = noFault;
  /** Called when a gate is approved, before it is Completed. */
  onApproved: (gate: FleetGate) => void = () => undefined;
  /** What becomes of an approval that is taken: `lost` changes nothing, for ever. */
  approvals: 'carried-out' | 'lost' = 'carried-out';

  putGate(gate: FleetGate): void {
    const revision = Number(this.#gates.get(gate.id.toLowerCase())?.etag ?? 0) + 1;
    this.#gates.set(gate.id.toLowerCase(), { ...gate, etag: String(revision) });
  }

  removeGate(gateId: string): void {
    this.#gates.delete(gateId.toLowerCase());
  }

  putRun(run: UpdateRun): void {
    this.#runs.set(run.id.toLowerCase(), run);
  }

  async listGates(): Promise<readonly FleetGate[]> {
    this.fault('gates');
    return [...this.#gates.values()];
  }

  async listUpdateRuns(): Promise<readonly UpdateRun[]> {
    this.fault('runs');
    return [...this.#runs.values()];
  }

  async getGate(gateId: string): Promise<FleetGate | undefined> {
    this.fault('gate');
    return this.#gates.get(gateId.toLowerCase());
  }

  async getUpdateRun(runId: string): Promise<UpdateRun | undefined> {
    this.fault('run');
    return this.#runs.get(runId.toLowerCase());
  }

  async approve(gate: FleetGate): Promise<'approved' | 'conflict'> {
    this.fault('approve');
    const known = this.#gates.get(gate.id.toLowerCase());
    if (known?.etag !== gate.etag || known?.state !== 'Pending') return 'conflict';
    if (this.approvals === 'lost') return 'approved';
    this.onApproved(known);
    this.putGate({ ...known, state: 'Completed' });
    return 'approved';
  }
}

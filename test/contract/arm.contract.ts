import type { FleetGate } from '../../shared/gate/fleet/fleet.js';
import type { Fleets } from '../../shared/gate/fleet/fleet-ports.js';
import { parseClusterId, parseResourceId } from '../../shared/model/resource-id.js';
import type { ClusterReader, RegistryReader } from '../../shared/requirements/ports.js';

export interface Clusters {
  readonly reader: ClusterReader;
  /** Id of an isolated cluster that AKS offers 1.35.7. */
  readonly isolated: string;
  /** Id of a cluster that is not isolated. */
  readonly plain: string;
  readonly count: number;
}

/** What every reader of clusters does. */
export function clusterReaderContract(open: () => Clusters): void {
  test('lists every cluster of the subscription, isolated or not', async () => {
    const { reader, isolated, plain, count } = open();
    const { clusters, unreadable } = await reader.list();
    const sources = new Map(clusters.map((cluster) => [cluster.resource.key, cluster.bootstrap.source]));
    expect([clusters.length, unreadable]).toEqual([count, []]);
    expect(sources.get(isolated.toLowerCase())).toBe('cache');
    expect(sources.get(plain.toLowerCase())).toBe('direct');
  });

  test('gives one cluster as the list gives it, however its id is spelled', async () => {
    const { reader, isolated } = open();
    const listed = (await reader.list()).clusters.find(({ resource }) => resource.key === isolated.toLowerCase());
    const extensions = { kind: 'read', types: [] };
    expect(await reader.get(parseClusterId(isolated))).toEqual({ ...listed, extensions });
    expect((await reader.get(parseClusterId(isolated.toUpperCase()))).resource.key).toBe(isolated.toLowerCase());
  });

  test('tells the versions that AKS offers', async () => {
    const { reader, isolated } = open();
    const { upgrades } = await reader.upgradeProfile(parseClusterId(isolated));
    expect(upgrades.map(({ version }) => version)).toContain('1.35.7');
  });

  test('tells a cluster that is not there as such', async () => {
    const { reader, isolated } = open();
    const gone = parseClusterId(`${isolated}-gone`);
    await expect(reader.get(gone)).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
    await expect(reader.upgradeProfile(gone)).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });
}

/** What every reader of registries does. @param open `id` of a registry with AKS's rule in the new layout */
export function registryReaderContract(open: () => { reader: RegistryReader; id: string }): void {
  test('gives a registry with its login server, its age and its rules', async () => {
    const { reader, id } = open();
    const registry = await reader.get(parseResourceId(id));
    expect(registry.resource.key).toBe(id.toLowerCase());
    expect(registry.loginServer).toMatch(/^[a-z0-9.:-]+$/);
    expect(new Date(registry.createdAt).toISOString()).toBe(registry.createdAt);
    expect(registry.cacheRules).toMatchObject([
      {
        name: 'aks-managed-mcr',
        sourceRepository: 'mcr.microsoft.com/*',
        targetRepository: 'aks-managed-repository/*',
      },
    ]);
  });

  test('tells a registry that is not there as such', async () => {
    const { reader, id } = open();
    await expect(reader.get(parseResourceId(`${id}gone`))).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  });
}

export interface OpenFleets {
  readonly fleets: Fleets;
  /** Id of the cluster that the one pending gate waits for. */
  readonly member: string;
  /** Lets what was approved come into effect. */
  readonly settle: (gateId: string) => Promise<void>;
}

/** What every access to fleets does: one gate is pending, before a stage with one member. */
export function fleetsContract(open: () => Promise<OpenFleets>): void {
  async function pending(fleets: Fleets): Promise<FleetGate> {
    const [listed] = (await fleets.listGates()).filter(({ state }) => state === 'Pending');
    const gate = listed && (await fleets.getGate(listed.id));
    if (!gate) throw new Error('there is no pending gate');
    expect(gate).toMatchObject({ ...listed, etag: gate.etag });
    return gate;
  }

  test('a gate leads to its run, and the run to the members of its stage', async () => {
    const { fleets, member } = await open();
    const gate = await pending(fleets);
    expect(gate).toMatchObject({ gateType: 'Approval', timing: 'Before', state: 'Pending' });
    const run = await fleets.getUpdateRun(gate.updateRunId);
    expect(run).toMatchObject({ state: 'Pending', upgradeType: 'Full', kubernetesVersion: '1.35.7' });
    const stage = run?.stages.find(({ name }) => name === gate.stage);
    const members = stage?.groups.flatMap(({ clusterIds }) => clusterIds.map((id) => id.toLowerCase()));
    expect(members).toEqual([member.toLowerCase()]);
  });

  test('an approved gate is completed, and cannot be approved twice', async () => {
    const { fleets, settle } = await open();
    const gate = await pending(fleets);
    expect(await fleets.approve(gate)).toBe('approved');
    expect(await fleets.approve(gate)).toBe('conflict');
    await settle(gate.id);
    expect((await fleets.getGate(gate.id))?.state).toBe('Completed');
  });

  test('a gate of another version is not approved', async () => {
    const { fleets } = await open();
    const gate = await pending(fleets);
    expect(await fleets.approve({ ...gate, etag: '"older"' })).toBe('conflict');
    expect((await fleets.getGate(gate.id))?.state).toBe('Pending');
  });

  test('what is not there is not there', async () => {
    const { fleets } = await open();
    const gate = await pending(fleets);
    expect(await fleets.getGate(gate.id.replace(/[^/]+$/, 'gone'))).toBeUndefined();
    expect(await fleets.getUpdateRun(`${gate.updateRunId}-gone`)).toBeUndefined();
  });
}

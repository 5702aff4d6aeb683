import type { ArmAnswer, ArmClient } from '../../../shared/azure/arm-client.js';
import { ArmClusters } from '../../../shared/azure/clusters.js';
import { ArmFleets } from '../../../shared/azure/fleets.js';
import { SyncError } from '../../../shared/model/errors.js';
import { parseClusterId } from '../../../shared/model/resource-id.js';
import { clusterId, fleetId, gateId, runId, subscriptionId } from '../../support/builders.js';

/** ARM by path: documents that are there, nothing else. */
function armWith(documents: Readonly<Record<string, unknown>>, etag?: string) {
  const patched: unknown[] = [];
  const arm = {
    get: async (path: string, apiVersion: string): Promise<ArmAnswer | undefined> => {
      const body = documents[`${path}?${apiVersion}`] ?? documents[path];
      if (body instanceof Error) throw body;
      return body === undefined ? undefined : { status: 200, body, etag };
    },
    list: async (path: string, apiVersion: string): Promise<readonly unknown[]> => {
      const items = documents[`${path}?${apiVersion}`] ?? documents[path] ?? [];
      if (items instanceof Error) throw items;
      return items as readonly unknown[];
    },
    patch: async (...words: unknown[]) => {
      patched.push(words);
      return 'accepted' as const;
    },
  };
  return { arm: arm as unknown as ArmClient, patched };
}

const gate = (properties: Record<string, unknown> = {}) => ({
  id: gateId(),
  eTag: '"1"',
  properties: {
    displayName: 'artifact-sync',
    gateType: 'Approval',
    state: 'Pending',
    target: { id: runId, updateRunProperties: { name: 'run', stage: 'canary', group: 'first', timing: 'Before' } },
    ...properties,
  },
});

const fleetsOf = (documents: Readonly<Record<string, unknown>>, etag?: string) =>
  new ArmFleets(armWith(documents, etag).arm, subscriptionId);

test('a gate is read with the ETag of the answer, or its own', async () => {
  expect(await fleetsOf({ [gateId()]: gate() }, '"2"').getGate(gateId())).toEqual({
    id: gateId(),
    fleetId,
    displayName: 'artifact-sync',
    gateType: 'Approval',
    state: 'Pending',
    updateRunId: runId,
    timing: 'Before',
    stage: 'canary',
    group: 'first',
    etag: '"2"',
  });
  expect((await fleetsOf({ [gateId()]: gate() }).getGate(gateId()))?.etag).toBe('"1"');
  expect(await fleetsOf({}).getGate(gateId())).toBeUndefined();
});

test.each([
  ['of a state of tomorrow', { state: 'Deferred' }, { state: 'Unknown' }],
  ['of another timing', { target: { id: runId, updateRunProperties: { timing: 'During' } } }, { timing: 'Unknown' }],
  [
    'of the whole run',
    { target: { id: runId, updateRunProperties: { timing: 'Before', stage: null } } },
    { timing: 'Before' },
  ],
  ['of another type, that has no target', { gateType: 'ScheduledStart', target: null }, { updateRunId: '' }],
  ['without a name', { displayName: null }, { displayName: '' }],
])('a gate %s is read as far as it goes', async (_sentence, properties, expected) => {
  expect(await fleetsOf({ [gateId()]: gate(properties) }).getGate(gateId())).toMatchObject(expected);
});

test.each([
  ['a cluster', clusterId()],
  ['a fleet', fleetId],
  ['a run', runId],
  ['a path out of the gate', `${fleetId}/gates/..`],
  ['a query', `${gateId()}?x=1`],
])('the id of %s is no gate: nothing is asked', async (_sentence, id) => {
  await expect(fleetsOf({ [id]: gate() }).getGate(id)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('approves with the ETag, and nothing but a gate', async () => {
  const { arm, patched } = armWith({ [gateId()]: gate() });
  const fleets = new ArmFleets(arm, subscriptionId);
  const read = await fleets.getGate(gateId());
  if (!read) throw new Error('there is no gate');
  expect(await fleets.approve(read)).toBe('approved');
  expect(patched).toEqual([[gateId(), '2026-06-01', { properties: { state: 'Completed' } }, '"1"']]);
  await expect(fleets.approve({ ...read, id: fleetId })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

const runDocument = (properties: Record<string, unknown>) => ({
  id: runId,
  properties: { managedClusterUpdate: { upgrade: { type: 'Full', kubernetesVersion: '1.35.7' } }, ...properties },
});

test('a run lists its stages, groups and members; a member without a cluster is not lost', async () => {
  const pending = { status: { state: 'Pending' }, message: 'not yet available in the region' };
  const members = [{ clusterResourceId: clusterId(), ...pending }, { clusterResourceId: null, message: null }, {}];
  const status = { status: { state: 'Pending' }, stages: [{ name: 'canary', groups: [{ name: 'first', members }] }] };
  const run = await fleetsOf({ [runId]: runDocument({ status }) }).getUpdateRun(runId);
  expect(run).toMatchObject({ state: 'Pending', upgradeType: 'Full', kubernetesVersion: '1.35.7' });
  const lost = 'a member without clusterResourceId';
  expect(run?.stages[0]?.groups).toEqual([
    {
      name: 'first',
      clusterIds: [clusterId(), lost, lost],
      members: [
        { clusterId: clusterId(), state: 'Pending', message: 'not yet available in the region' },
        { clusterId: lost, state: 'Unknown' },
        { clusterId: lost, state: 'Unknown' },
      ],
    },
  ]);
});

test.each([
  ['has no status yet', {}, { state: 'Unknown', stages: [] }],
  [
    'has stages without groups',
    { status: { status: null, stages: [{ name: 'a', groups: null }] } },
    { stages: [{ name: 'a', groups: [] }] },
  ],
  [
    'has groups without members',
    { status: { stages: [{ name: 'a', groups: [{ name: 'g', members: null }] }] } },
    { stages: [{ name: 'a', groups: [{ name: 'g', clusterIds: [] }] }] },
  ],
])('a run that %s is read as far as it goes', async (_sentence, properties, expected) => {
  expect(await fleetsOf({ [runId]: runDocument(properties) }).getUpdateRun(runId)).toMatchObject(expected);
});

test.each([
  ['NodeImageOnly', undefined],
  ['Full', 'v1.35'],
  ['Full', null],
])('a run of type %s to version %s names none', async (type, kubernetesVersion) => {
  const managedClusterUpdate = { upgrade: { type, kubernetesVersion } };
  const run = await fleetsOf({ [runId]: runDocument({ managedClusterUpdate }) }).getUpdateRun(runId);
  expect(run).not.toHaveProperty('kubernetesVersion');
});

test.each([null, [], {}, { id: runId }, { id: runId, properties: { managedClusterUpdate: [] } }])(
  '%j is no run',
  async (document) => {
    const documents = { [runId]: document ?? 'null' };
    await expect(fleetsOf(documents).getUpdateRun(runId)).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
  },
);

test('lists the gates of every fleet', async () => {
  const list = `/subscriptions/${subscriptionId}/providers/Microsoft.ContainerService/fleets`;
  const other = `${fleetId}2`;
  const documents = {
    [list]: [{ id: fleetId }, { id: other }],
    [`${fleetId}/gates`]: [gate()],
    [`${other}/gates`]: [gate(), gate({ gateType: 'ScheduledStart' })],
  };
  expect((await fleetsOf(documents).listGates()).map(({ gateType }) => gateType)).toEqual([
    'Approval',
    'Approval',
    'ScheduledStart',
  ]);
});

describe('clusters', () => {
  const list = `/subscriptions/${subscriptionId}/providers/Microsoft.ContainerService/managedClusters`;
  const good = { id: clusterId(), location: 'westeurope', properties: { currentKubernetesVersion: '1.34.7' } };
  const resource = parseClusterId(clusterId());
  const profile = (version: string) => ({
    properties: { controlPlaneProfile: { upgrades: [{ kubernetesVersion: version }] } },
  });
  const clustersOf = (documents: Readonly<Record<string, unknown>>) =>
    new ArmClusters(armWith(documents).arm, subscriptionId);

  test('one that cannot be read does not hide the others', async () => {
    const creating = { ...good, id: clusterId('creating'), properties: { kubernetesVersion: '1.34' } };
    const { clusters, unreadable } = await clustersOf({ [list]: [creating, good, 'nonsense'] }).list();
    expect(clusters.map((cluster) => cluster.resource.name)).toEqual(['one']);
    expect(unreadable.map(({ id }) => id)).toEqual([clusterId('creating'), 'a cluster without an id']);
    expect(unreadable[0]?.reason).toContain('ARM_UNEXPECTED');
  });

  test('one that ARM does not have is told as such', async () => {
    await expect(clustersOf({}).get(resource)).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
    await expect(clustersOf({}).upgradeProfile(resource)).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });

  test('are read in the API version that shows all switches, and in an older one only where Azure refuses that', async () => {
    const newest = { ...good, properties: { ...good.properties, ingressProfile: { gatewayAPI: {} } } };
    const shown = { [`${list}?2026-06-01`]: [newest], [`${clusterId()}?2026-06-01`]: newest };
    const older = { [`${list}?2025-10-01`]: [good], [`${clusterId()}?2025-10-01`]: good };
    const readBy = async (documents: Readonly<Record<string, unknown>>) => [
      (await clustersOf(documents).list()).clusters.map(({ properties }) => 'ingressProfile' in properties),
      'ingressProfile' in (await clustersOf(documents).get(resource)).properties,
    ];
    expect(await readBy({ ...older, ...shown })).toEqual([[true], true]);
    const no = new SyncError('ARM_UNEXPECTED', 'GET: 400 NoRegisteredProviderFound');
    const refused = { [`${list}?2026-06-01`]: no, [`${clusterId()}?2026-06-01`]: no };
    expect(await readBy({ ...older, ...refused })).toEqual([[false], false]);
    const busy = { ...older, [`${clusterId()}?2026-06-01`]: new SyncError('ARM_UNAVAILABLE', '429') };
    await expect(clustersOf(busy).get(resource)).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  });

  test('the upgrades come from the newest preview that AKS still serves, and from the stable API where it serves none', async () => {
    const path = `${clusterId()}/upgradeProfiles/default`;
    const ended = (...versions: string[]) =>
      Object.fromEntries(
        versions.map((version) => [
          `${path}?${version}`,
          new SyncError('ARM_UNEXPECTED', '400 NoRegisteredProviderFound'),
        ]),
      );
    const upgradesOf = async (documents: Readonly<Record<string, unknown>>) =>
      (await clustersOf(documents).upgradeProfile(resource)).upgrades.map(({ version }) => version);
    const served = { [`${path}?2026-01-02-preview`]: profile('1.35.7'), [`${path}?2025-10-01`]: profile('1.35.6') };
    expect(await upgradesOf({ ...served, ...ended('2026-08-02-preview', '2025-05-04-preview') })).toEqual(['1.35.7']);
    const previews = ['2026-08-02-preview', '2026-01-02-preview', '2025-05-04-preview'];
    expect(await upgradesOf({ ...served, ...ended(...previews) })).toEqual(['1.35.6']);
    await expect(upgradesOf(ended(...previews, '2025-10-01'))).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
    const busy = { ...served, [`${path}?2026-08-02-preview`]: new SyncError('ARM_UNAVAILABLE', '429') };
    await expect(upgradesOf(busy)).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
  });
});

import { callArm, closeAll, eventually, start, startStill, type Reply } from './azure-client.js';
import type { Doc } from './document.js';
import type { LocalAzure } from '../../../../local/azure/local-azure-interface.js';

afterEach(closeAll);

const fleet =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/fleets/fleet';
const api = '?api-version=2026-06-01';
const completed = JSON.stringify({ properties: { state: 'Completed' } });

async function gates(azure: LocalAzure): Promise<readonly Doc[]> {
  const found: Doc[] = [];
  for (let next: string | undefined = `${fleet}/gates${api}`; next !== undefined;) {
    const { json }: Reply = await callArm(azure, next);
    found.push(...json.list('value'));
    next = json.at('nextLink') === undefined ? undefined : json.text('nextLink');
  }
  return found;
}

const run = async (azure: LocalAzure): Promise<Doc> => (await callArm(azure, `${fleet}/updateRuns/run${api}`)).json;

async function gateNamed(azure: LocalAzure, displayName: string): Promise<Doc> {
  let found: Doc | undefined;
  await eventually(async () => {
    found = (await gates(azure)).find((gate) => gate.at('properties/displayName') === displayName);
    return found !== undefined;
  }, `the gate "${displayName}" is there`);
  if (!found) throw new Error('no gate');
  return found;
}

const approve = (
  azure: LocalAzure,
  gate: Doc,
  headers: Record<string, string> = {},
  body = completed,
): Promise<Reply> =>
  callArm(azure, `${gate.text('id')}${api}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

test('a run that nobody started has no gates and shows its plan', async () => {
  const azure = await start();
  expect(await gates(azure)).toEqual([]);
  const plan = await run(azure);
  expect(plan.at('properties/managedClusterUpdate/upgrade')).toEqual({ type: 'Full', kubernetesVersion: '1.35.7' });
  expect(plan.at('properties/status/status/state')).toBe('NotStarted');
  expect(plan.at('properties/status/stages/0/groups/0/members')).toMatchObject([
    { clusterResourceId: expect.stringContaining('/managedClusters/one') as string, status: { state: 'NotStarted' } },
  ]);
});

test('a run waits at the gate before its first stage', async () => {
  const azure = await start();
  azure.play();
  const gate = await gateNamed(azure, 'before canary');
  expect(gate.at('properties')).toMatchObject({ gateType: 'Approval', state: 'Pending' });
  expect(gate.at('properties/target/updateRunProperties')).toEqual({ name: 'run', stage: 'canary', timing: 'Before' });
  expect(gate.at('properties/target/id')).toBe(`${fleet}/updateRuns/run`);
  expect((await run(azure)).at('properties/status/status/state')).toBe('Pending');
  expect(azure.world.clusters.get('one')?.kubernetesVersion).toBe('1.34.10');
});

test('approving is long-running: 202, a status to poll, the gate as the result', async () => {
  const { azure, pass } = await startStill();
  azure.play();
  const gate = await gateNamed(azure, 'before canary');
  const accepted = await approve(azure, gate, { 'if-match': gate.text('eTag') });
  expect(accepted.status).toBe(202);
  const operation = String(accepted.headers['azure-asyncoperation']);
  expect((await callArm(azure, operation)).json.at('status')).toBe('InProgress');
  pass(1);
  expect((await callArm(azure, operation)).json.at('status')).toBe('Succeeded');
  const result = await callArm(azure, String(accepted.headers.location));
  expect([result.status, result.json.at('properties/state')]).toEqual([200, 'Completed']);
});

test('approvals carry the run through its stages, upgrading clusters and pools', async () => {
  const azure = await start(
    {},
    { pulledByNodes: () => [{ repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.1-6' }] },
  );
  azure.play();
  await approve(azure, await gateNamed(azure, 'before canary'));
  const second = await gateNamed(azure, 'before production');
  const one = azure.world.clusters.get('one');
  expect([one?.kubernetesVersion, one?.provisioningState]).toEqual(['1.35.7', 'Succeeded']);
  expect(one?.pools.map((pool) => pool.version)).toEqual(['1.35.7', '1.35.7']);
  expect(azure.world.clusters.get('two')?.kubernetesVersion).toBe('1.34.10');
  await approve(azure, second);
  const third = await gateNamed(azure, 'after rest');
  expect(third.at('properties/target/updateRunProperties')).toMatchObject({ group: 'rest', timing: 'After' });
  await approve(azure, third);
  await eventually(
    async () => (await run(azure)).at('properties/status/status/state') === 'Completed',
    'the run completes',
  );
  expect(azure.world.upgrades.map(({ cluster, missing }) => [cluster, missing])).toEqual([
    ['one', ['oss/v2/kubernetes/coredns:v1.13.1-6']],
    ['two', ['oss/v2/kubernetes/coredns:v1.13.1-6']],
  ]);
});

test('the node image of an Ubuntu pool changes with Kubernetes 1.35', async () => {
  const azure = await start();
  azure.play();
  await approve(azure, await gateNamed(azure, 'before canary'));
  await gateNamed(azure, 'before production');
  const path = `${fleet.replace('fleets/fleet', 'managedClusters/one')}?api-version=2025-10-01`;
  const { json } = await callArm(azure, path);
  expect(json.at('properties/agentPoolProfiles/0')).toMatchObject({
    orchestratorVersion: '1.35.7',
    nodeImageVersion: expect.stringContaining('AKSUbuntu-2404') as string,
  });
});

const canary = {
  name: 'canary',
  beforeGates: [{ displayName: 'before canary' }],
  groups: [{ name: 'first' }],
};

test('new node images leave the versions as they are', async () => {
  const updateRuns = [{ name: 'run', upgradeType: 'NodeImageOnly' as const, stages: [canary] }];
  const members = [{ cluster: 'one', group: 'first' }];
  const azure = await start({
    fleets: [{ name: 'fleet', resourceGroup: 'rg', upgradeSeconds: 0, members, updateRuns }],
  });
  azure.play();
  expect((await run(azure)).at('properties/managedClusterUpdate/upgrade')).toEqual({ type: 'NodeImageOnly' });
  const path = `${fleet.replace('fleets/fleet', 'managedClusters/one')}?api-version=2025-10-01`;
  const poolOf = async () => (await callArm(azure, path)).json.at('properties/agentPoolProfiles/0') as object;
  const before = await poolOf();
  await approve(azure, await gateNamed(azure, 'before canary'));
  await eventually(
    async () => (await run(azure)).at('properties/status/status/state') === 'Completed',
    'the run completes',
  );
  const image = expect.stringMatching(/^AKSUbuntu-2204gen2containerd-202609/) as string;
  expect(await poolOf()).toEqual({ ...before, nodeImageVersion: image });
});

test.each(['Completed', 'Pending'] as const)(
  'a run that lacks its version in a region stays Pending after the approval, its gate %s',
  async (heldGates) => {
    const updateRuns = [{ name: 'run', kubernetesVersion: '1.35.7', stages: [canary] }];
    const members = [
      { cluster: 'one', group: 'first', regionLacks: ['1.35.7'] },
      { cluster: 'two', group: 'first' },
    ];
    const settings = { name: 'fleet', resourceGroup: 'rg', upgradeSeconds: 0, heldGates, members, updateRuns };
    const azure = await start({ fleets: [settings] });
    azure.play();
    const gate = await gateNamed(azure, 'before canary');
    await approve(azure, gate);
    const held = 'properties/status/stages/0/groups/0/members/0';
    await eventually(async () => (await run(azure)).at(`${held}/status/state`) === 'Pending', 'the member is held');
    await eventually(() => azure.world.clusters.get('two')?.kubernetesVersion === '1.35.7', 'the other one is through');
    const now = await run(azure);
    expect(now.at('properties/status/status/state')).toBe('Pending');
    expect(now.at(`${held}/message`)).toMatch(/1\.35\.7 is not available in the region of one/);
    const found = await gateNamed(azure, 'before canary');
    expect(found.at('properties/state')).toBe(heldGates);
    expect(found.text('eTag')).not.toBe(gate.text('eTag'));
  },
);

test('an approval of another version of the gate is refused with 412', async () => {
  const azure = await start();
  azure.play();
  const gate = await gateNamed(azure, 'before canary');
  const reply = await approve(azure, gate, { 'if-match': '"stale"' });
  expect([reply.status, reply.json.at('error/code')]).toEqual([412, 'PreconditionFailed']);
  const fresh = await callArm(azure, `${gate.text('id')}${api}`);
  expect([fresh.headers.etag, fresh.json.at('properties/state')]).toEqual([gate.text('eTag'), 'Pending']);
});

test.each([
  ['another state', '{"properties":{"state":"Skipped"}}'],
  ['more than the state', '{"properties":{"state":"Completed","displayName":"x"}}'],
  ['no JSON', 'state=Completed'],
])('a PATCH with %s is refused', async (_what, body) => {
  const azure = await start();
  azure.play();
  expect((await approve(azure, await gateNamed(azure, 'before canary'), {}, body)).status).toBe(400);
});

test('a gate is approved once', async () => {
  const azure = await start();
  azure.play();
  const gate = await gateNamed(azure, 'before canary');
  expect((await approve(azure, gate)).status).toBe(202);
  expect((await approve(azure, gate)).status).toBe(409);
});

test.each([
  ['2026-06-01', 200],
  ['2025-04-01-preview', 200],
  ['2025-03-01', 400],
  ['2024-05-02-preview', 400],
])('gates exist in api-version %s: %i', async (version, status) => {
  const azure = await start();
  expect((await callArm(azure, `${fleet}/gates?api-version=${version}`)).status).toBe(status);
});

test('members and fleets are listed', async () => {
  const azure = await start();
  const { json } = await callArm(azure, `${fleet}/members${api}`);
  expect(json.list('value').map((member) => [member.at('name'), member.at('properties/group')])).toEqual([
    ['one', 'first'],
    ['two', 'rest'],
  ]);
  const list = '/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.ContainerService/fleets';
  expect((await callArm(azure, `${list}${api}`)).json.at('value/0/name')).toBe('fleet');
});

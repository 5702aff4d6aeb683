import { Application } from '../../../../shared/app/application.js';
import { evaluatePolicy } from '../../../../shared/gate/policy/evaluate-policy.js';
import type { EnforcementPolicy } from '../../../../shared/gate/enforcement.js';
import { entryOf } from '../../../../shared/gate/policy/policy-lists.js';
import type { AuditEntry } from '../../../../shared/gate/ports.js';
import type { PolicyAssignments } from '../../../../shared/gate/policy/policy-ports.js';
import { SyncError } from '../../../../shared/model/errors.js';
import { clusterId, clusterOf, hours, subscriptionId } from '../../../support/builders.js';
import { FakePolicyAssignments } from '../../../support/fakes/fake-policy-assignments.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

interface Scene {
  readonly azure: FakeSubscription;
  readonly kept: FakePolicyAssignments;
}

/** Cluster one runs 1.34.7 and is open for 1.35.7; plain is not isolated. */
async function arrange(): Promise<Scene> {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf('one'));
  azure.addCluster(clusterOf('plain', null));
  await new Application(azure.ports()).sync({ cluster: undefined, kubernetesVersion: undefined, dryRun: false });
  await azure.pass(120);
  const kept = new FakePolicyAssignments();
  azure.policyAssignments = kept;
  return { azure, kept };
}

const look = ({ azure }: Scene, enforcement: EnforcementPolicy = { mode: 'enforce', scopes: [] }): Promise<string> =>
  evaluatePolicy({ ...azure.ports(), enforcement });
const one = (version: string): string => entryOf(clusterId('one'), version);
const listsOf = async ({ kept }: Scene) => (await kept.get())?.lists;
const openLists = { guarded: [clusterId('one').toLowerCase()], allowed: [one('1.34.7'), one('1.35.7')] };

test('guards isolated clusters, and allows what they run and what is open', async () => {
  const scene = await arrange();
  expect(await look(scene)).toBe('allowed: one 1.34.7, one 1.35.7; guarded: one');
  expect(await listsOf(scene)).toEqual(openLists);
  expect(await scene.azure.audit.list(10)).toMatchObject([
    {
      who: 'app',
      action: 'allow-versions',
      resource: scene.kept.id,
      outcome: 'done',
      before: { guarded: [], allowed: [] },
      after: openLists,
    },
  ]);
});

test('what is as it should be is not written, and leaves no trace', async () => {
  const scene = await arrange();
  await look(scene);
  expect(await look(scene)).toBe('the lists are as they should be');
  expect(scene.kept.written).toHaveLength(1);
  expect(await scene.azure.audit.list(10)).toHaveLength(1);
});

test('a gate that shuts takes the version away, and leaves what the cluster runs', async () => {
  const scene = await arrange();
  await look(scene);
  scene.azure.clock.advance(hours(25) / 1000);
  expect(await look(scene)).toBe('no longer allowed: one 1.35.7');
  expect((await listsOf(scene))?.allowed).toEqual([one('1.34.7')]);
});

test('every spelling of every version that runs is allowed: an alias, pools that lag behind', async () => {
  const scene = await arrange();
  const agentPoolProfiles = [
    { name: 'old', orchestratorVersion: '1.33', currentOrchestratorVersion: '1.33.9' },
    { name: 'new', orchestratorVersion: null },
  ];
  const properties = { kubernetesVersion: '1.34', currentKubernetesVersion: '1.34.7', agentPoolProfiles };
  scene.azure.addCluster(clusterOf('one', 'acr', { properties }));
  scene.azure.clock.advance(hours(25) / 1000);
  await look(scene);
  expect((await listsOf(scene))?.allowed).toEqual(['1.33', '1.33.9', '1.34', '1.34.7'].map(one));
});

test.each([
  ['is gone', ({ azure }: Scene) => azure.clusters.remove(clusterOf('one').resource)],
  ['is not isolated any more', ({ azure }: Scene) => azure.addCluster(clusterOf('one', null))],
])('a cluster that %s leaves the lists', async (_what, happens) => {
  const scene = await arrange();
  await look(scene);
  happens(scene);
  await look(scene);
  expect(await listsOf(scene)).toEqual({ guarded: [], allowed: [] });
});

test.each([
  ['leaves out', () => undefined],
  [
    'leaves out, and that may not be read by itself,',
    ({ azure }: Scene) => {
      azure.clusters.fault = () => {
        throw new SyncError('ARM_FORBIDDEN', '403');
      };
    },
  ],
])('a cluster that a list of ARM %s for a moment stays guarded', async (_what, happens) => {
  const scene = await arrange();
  await look(scene);
  await new Application(scene.azure.ports()).reconcile();
  happens(scene);
  scene.azure.clusters.list = async () => ({ clusters: [], unreadable: [] });
  await look(scene);
  expect(await listsOf(scene)).toEqual(openLists);
  scene.azure.clock.advance(hours(25) / 1000);
  await look(scene);
  expect(await listsOf(scene)).toEqual({ ...openLists, allowed: [one('1.34.7')] });
});

test('a cluster that cannot be read keeps what it ran when last seen, and what is open, and nothing newer', async () => {
  const scene = await arrange();
  await look(scene);
  scene.kept.edit({ lists: { ...openLists, allowed: [...openLists.allowed, one('1.34'), one('1.36.0'), one('x')] } });
  scene.azure.clusters.remove(clusterOf('one').resource);
  scene.azure.clusters.unreadable = [{ id: clusterId('one'), reason: 'odd' }];
  await look(scene);
  expect(await listsOf(scene)).toEqual({ ...openLists, allowed: [...openLists.allowed, one('1.34')].sort() });
  scene.azure.clock.advance(hours(25) / 1000);
  await look(scene);
  expect((await listsOf(scene))?.allowed).toEqual([one('1.34'), one('1.34.7')]);
});

test('a cluster that cannot be read while it is upgraded may go on to where it was on its way', async () => {
  const scene = await arrange();
  const upgrading = { kubernetesVersion: '1.36', currentKubernetesVersion: '1.34.7', provisioningState: 'Upgrading' };
  scene.azure.addCluster(clusterOf('one', 'acr', { properties: upgrading }));
  await new Application(scene.azure.ports()).reconcile();
  await look(scene);
  expect((await listsOf(scene))?.allowed).toContain(one('1.36'));
  scene.azure.clusters.remove(clusterOf('one').resource);
  scene.azure.clusters.unreadable = [{ id: clusterId('one'), reason: 'odd' }];
  await look(scene);
  expect((await listsOf(scene))?.allowed).toEqual(expect.arrayContaining([one('1.36'), one('1.34.7')]));
});

test('entries of clusters elsewhere stay as they are, also what nobody understands', async () => {
  const scene = await arrange();
  const other = clusterId('x').replace(subscriptionId, '99999999-2222-3333-4444-555555555555');
  scene.kept.edit({ lists: { guarded: [other], allowed: [`${other}|1.30.1`, 'what is this'] }, note: 'mine' });
  await look(scene);
  const lists = await listsOf(scene);
  expect(lists?.guarded).toEqual(expect.arrayContaining([other, ...openLists.guarded]));
  expect(lists?.allowed).toEqual(expect.arrayContaining([`${other}|1.30.1`, 'what is this', ...openLists.allowed]));
  expect((await scene.kept.get())?.document).toMatchObject({ note: 'mine' });
});

test('what a person allows a guarded cluster by hand is taken back', async () => {
  const scene = await arrange();
  scene.kept.edit({ lists: { guarded: [], allowed: [one('1.36.0')] } });
  await look(scene);
  expect(await listsOf(scene)).toEqual(openLists);
});

test('in mode observe it is told once what would be done, and nothing is touched', async () => {
  const scene = await arrange();
  for (let asked = 0; asked < 3; asked += 1) await look(scene, { mode: 'observe', scopes: [] });
  expect(scene.kept.written).toEqual([]);
  const told = await scene.azure.audit.list(10);
  expect(told).toMatchObject([
    { outcome: 'would', after: openLists, because: [expect.stringContaining('allowed'), expect.anything()] },
  ]);
});

test('only clusters in scope are enforced; of the others it is told', async () => {
  const scene = await arrange();
  scene.azure.addCluster(clusterOf('two'));
  await look(scene, { mode: 'enforce', scopes: [clusterId('one')] });
  expect(await listsOf(scene)).toEqual(openLists);
  const outcomes = (await scene.azure.audit.list(10)).map(({ outcome }) => outcome);
  expect([...outcomes].sort()).toEqual(['done', 'would']);
});

test('of a cluster that is only observed, what people entered stays', async () => {
  const scene = await arrange();
  scene.azure.addCluster(clusterOf('two'));
  const theirs = entryOf(clusterId('two'), '1.36.0');
  scene.kept.edit({ lists: { guarded: [clusterId('two')], allowed: [theirs] } });
  await look(scene, { mode: 'enforce', scopes: [clusterId('one')] });
  expect(await listsOf(scene)).toEqual({
    guarded: [clusterId('two'), ...openLists.guarded].sort(),
    allowed: [...openLists.allowed, theirs].sort(),
  });
});

test('ids are the same however people spell them', async () => {
  const scene = await arrange();
  const guarded = [clusterId('one').toUpperCase(), clusterId('gone').toUpperCase()];
  scene.kept.edit({ lists: { guarded, allowed: [one('1.34.7').toUpperCase()] } });
  await look(scene);
  expect(await listsOf(scene)).toEqual(openLists);
});

test.each([
  ['reads the assignment', 'get', 'looks'],
  ['writes it', 'put', 'looks'],
  ['writes it', 'put', 'sleeps too'],
] as const)(
  'a worker that sleeps before it %s allows nothing that is shut by then (%s, another %s)',
  async (_when, call, other) => {
    const scene = await arrange();
    const { kept, azure } = scene;
    let asleep = true;
    const sleepOnce = async () => {
      if (!asleep) return;
      asleep = false;
      azure.clock.advance(hours(25) / 1000);
      if (other === 'looks') await look(scene);
    };
    const sleepy: PolicyAssignments = {
      get: async () => {
        if (call === 'get') await sleepOnce();
        return await kept.get();
      },
      put: async (assignment, lists) => await kept.put(assignment, lists),
    };
    const audit = Object.assign(Object.create(azure.audit) as typeof azure.audit, {
      save: async (entry: AuditEntry) => {
        if (call === 'put') await sleepOnce();
        await azure.audit.save(entry);
      },
    });
    const ports = { ...azure.ports(), policyAssignments: sleepy, audit };
    await evaluatePolicy({ ...ports, enforcement: { mode: 'enforce', scopes: [] } });
    expect(kept.written.flatMap(({ allowed }) => allowed)).not.toContain(one('1.35.7'));
  },
);

test('an edit between read and write wins, is told, and the lists are looked at again', async () => {
  const scene = await arrange();
  const get = scene.kept.get.bind(scene.kept);
  scene.kept.get = async () => {
    const read = await get();
    scene.kept.edit({ note: 'edited' });
    return read;
  };
  expect(await look(scene)).toMatch(/changed meanwhile/);
  expect(scene.kept.written).toEqual([]);
  expect(await scene.azure.audit.list(10)).toMatchObject([{ outcome: 'failed' }]);
  expect(scene.azure.gateQueue.messages).toContainEqual({ kind: 'policy' });
});

test('ARM that refuses is told in the trail, and the message comes back', async () => {
  const scene = await arrange();
  scene.kept.failure = new SyncError('ARM_FORBIDDEN', '403');
  await expect(look(scene)).rejects.toMatchObject({ code: 'ARM_FORBIDDEN' });
  expect(await scene.azure.audit.list(10)).toMatchObject([
    { outcome: 'failed', because: expect.arrayContaining(['ARM_FORBIDDEN: 403']) as string[] },
  ]);
  await look(scene);
  expect(await listsOf(scene)).toEqual(openLists);
});

test('nothing is asked of anybody where no assignment is kept, and one that is gone is told', async () => {
  const scene = await arrange();
  scene.kept.remove();
  expect(await look(scene)).toMatch(/^the policy assignment is not there/);
  scene.azure.policyAssignments = undefined;
  expect(await look(scene)).toMatch(/POLICY_ASSIGNMENT_ID/);
});

test('by itself: allowed soon after the last proof, by messages alone', async () => {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf('one'));
  const kept = new FakePolicyAssignments();
  azure.policyAssignments = kept;
  const app = new Application(azure.ports());
  await app.reconcile();
  await azure.pass(300);
  expect((await kept.get())?.lists).toEqual(openLists);
});

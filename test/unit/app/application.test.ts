import { Application } from '../../../shared/app/application.js';
import { auditIdOf } from '../../../shared/gate/audit.js';
import { SyncError } from '../../../shared/model/errors.js';
import { clusterId, clusterOf, gateId, target, version } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

function arrange() {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.addCluster(clusterOf());
  return azure;
}

const ask = (kubernetesVersion = target) => ({
  cluster: clusterOf().resource,
  version: kubernetesVersion,
  strict: false,
});

test('storage is made once for all doors, and tried again when that failed', async () => {
  const azure = arrange();
  let tries = 0;
  const ensureStorage = async () => {
    tries += 1;
    if (tries === 1) throw new Error('storage is not there yet');
  };
  const app = new Application({ ...azure.ports(), ensureStorage });
  await expect(app.ready()).rejects.toThrow('not there yet');
  await Promise.all([app.ready(), app.status(), app.gate(ask())]);
  expect(tries).toBe(2);
});

test('a gate answers from what is stored, and never what it does not know', async () => {
  const azure = arrange();
  const app = new Application(azure.ports());
  expect(await app.gate(ask())).toMatchObject({ decision: 'unknown', missing: [] });
  await app.syncCluster(clusterOf().resource);
  await azure.drain();
  const { decision, missing, required, plannedAt } = await app.gate(ask());
  expect([decision, missing.length, required]).toEqual(['closed', 13, 13]);
  expect(plannedAt).toBe(azure.clock.now().toISOString());
  await azure.pass(120);
  expect(await app.gate(ask())).toMatchObject({ decision: 'open', missing: [], reasons: [], cached: 13 });
  expect((await app.gate(ask(version('1.36.0')))).decision).toBe('unknown');
});

test('a gate of a cluster that is left alone says so', async () => {
  const azure = arrange();
  azure.addCluster(clusterOf('one', null));
  const app = new Application(azure.ports());
  await app.reconcile();
  expect((await app.gate(ask())).reasons).toEqual([expect.stringContaining('not network isolated') as string]);
});

test('a gate without a plan says what to do next, with everything that is to be sent', async () => {
  const azure = arrange();
  const app = new Application(azure.ports());
  const reasonOf = async (text: string) => (await app.gate(ask(version(text)))).reasons.join();
  const body = JSON.stringify({ clusterId: clusterId(), kubernetesVersion: '1.36.0' });
  expect(await reasonOf('1.36.0')).toBe(
    `the app has not seen one yet: check the resource id, and ask for it with POST /api/sync ${body}`,
  );
  await app.reconcile();
  expect(await reasonOf('1.36.0')).toBe(`1.36.0 was never planned for one: ask for it with POST /api/sync ${body}`);
  expect(await reasonOf('1.33.1')).toBe('one runs 1.34.7: 1.33.1 is older, and is not planned any more');
});

test('a Fleet gate of an event is judged soon', async () => {
  const azure = arrange();
  await new Application(azure.ports()).considerFleetGate(gateId());
  expect(azure.gateQueue.messages).toEqual([{ kind: 'fleet-gate', gateId: gateId() }]);
});

test('a gate that Azure asks a pause for is looked at after it, not delivered until it is given up on', async () => {
  const azure = arrange();
  const throttled = new SyncError('ARM_THROTTLED', 'fleets: 429', { retryAfterSeconds: 40 });
  const enqueued: unknown[] = [];
  const app = new Application({
    ...azure.ports(),
    fleets: { ...azure.ports().fleets, getGate: () => Promise.reject(throttled) },
    gateQueue: { enqueue: async (tasks, seconds) => void enqueued.push([tasks, seconds]) },
  });
  const task = { kind: 'fleet-gate', gateId: gateId() } as const;
  expect(await app.evaluate(task)).toBe('ARM_THROTTLED: fleets: 429; again in 40 s');
  expect(enqueued).toEqual([[[task], 40]]);
});

test('each piece of work is told in one line', async () => {
  const azure = arrange();
  const app = new Application(azure.ports());
  const task = { clusterId: clusterOf().resource.id, kubernetesVersion: target };
  expect(await app.plan({ ...task, attempt: 0 }, 1)).toBe(
    'planned 13 artifacts, 0 by import, 0 unresolved, 0 findings, 13 to warm',
  );
  const [warm] = azure.warmQueue.messages;
  if (!warm) throw new Error('nothing to warm');
  expect(await app.warm(warm, 1)).toContain(`${warm.repository}:${warm.tag} step 0: advanced`);
  expect(await app.evaluate({ kind: 'target', ...task })).toContain('1.35.7: judged');
  expect(await app.evaluate({ kind: 'fleet-gate', gateId: gateId() })).toBe(`${gateId()}: gone`);
  azure.clusters.remove(clusterOf().resource);
  expect(await app.plan({ ...task, attempt: 0 }, 1)).toContain('plan failed: CLUSTER_NOT_FOUND');
  azure.addCluster(clusterOf('one', null));
  expect(await app.plan({ ...task, attempt: 0 }, 1)).toContain('is not network isolated: left alone');
});

test('problems are shown, the newest first', async () => {
  const azure = arrange();
  const app = new Application(azure.ports());
  await app.recordProblem({ source: 'queue warm', subject: 'a', reason: 'first' });
  azure.clock.advance(1);
  await app.recordProblem({ source: 'queue warm', subject: 'b', reason: 'second' });
  expect((await app.status()).problems.map(({ reason }) => reason)).toEqual(['second', 'first']);
});

test('what people are told of is forgotten after its time, once a day', async () => {
  const azure = new FakeSubscription();
  const app = new Application(azure.ports());
  const days = (count: number) => count * 24 * 3600;
  await app.recordProblem({ source: 'x', subject: 'old', reason: 'y' });
  await app.recordPoison('warm', { a: 1 }, 'z');
  azure.clock.advance(days(29));
  await app.reconcile();
  expect([await azure.problems.list(9), await azure.poison.list(9)].map((found) => found.length)).toEqual([2, 1]);
  azure.clock.advance(days(0.9));
  await app.recordProblem({ source: 'x', subject: 'new', reason: 'y' });
  azure.clock.advance(days(0.2));
  await app.reconcile();
  expect((await azure.problems.list(9)).map(({ subject }) => subject)).toEqual(['new']);
  expect(await azure.poison.list(9)).toEqual([]);
});

test('the audit trail is kept for much longer, and looked through once a day', async () => {
  const azure = new FakeSubscription();
  const app = new Application(azure.ports());
  const purged: string[] = [];
  const purge = azure.audit.purge.bind(azure.audit);
  azure.audit.purge = async (before) => {
    purged.push(before.toISOString());
    await purge(before);
  };
  const entry = {
    who: 'kim',
    action: 'break-glass',
    resource: '/c',
    outcome: 'done',
    before: null,
    after: null,
  } as const;
  const at = azure.clock.now();
  await azure.audit.save({ ...entry, id: auditIdOf(at, 'break-glass', '/c'), at, because: ['CVE'] });
  for (const days of [399, 0.2, 0.2]) {
    azure.clock.advance(days * 24 * 3600);
    await app.reconcile();
  }
  expect([purged.length, (await azure.audit.list(9)).length]).toEqual([1, 1]);
  azure.clock.advance(24 * 3600);
  await app.reconcile();
  expect([purged.length, await azure.audit.list(9)]).toEqual([2, []]);
});

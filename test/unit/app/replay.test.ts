import { Application } from '../../../shared/app/application.js';
import { parseReplayRequest } from '../../../shared/app/requests.js';
import { clusterId, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

const plan = { clusterId: clusterId(), kubernetesVersion: target, attempt: 0 };

async function arrange() {
  const azure = new FakeSubscription();
  const app = new Application(azure.ports());
  await app.recordPoison('plan', plan, 'its work failed at every delivery');
  const [known] = await azure.poison.list(10);
  return { azure, app, id: known?.id ?? '' };
}

test('a message that was given up on goes back on its queue, and the status tells that it did', async () => {
  const { azure, app, id } = await arrange();
  expect((await app.status()).poison).toMatchObject([{ id, queue: 'plan' }]);
  expect(await app.replay({ id })).toEqual({ replayed: [{ id, queue: 'plan' }], skipped: [] });
  expect(azure.planQueue.messages).toEqual([plan]);
  expect((await app.status()).poison).toMatchObject([{ id, replayedAt: azure.clock.now().toISOString() }]);
});

test('replaying all does nothing the second time; a message named by its id is replayed again', async () => {
  const { azure, app, id } = await arrange();
  await app.replay({ all: true });
  expect(await app.replay({ all: true })).toEqual({ replayed: [], skipped: [] });
  await app.replay({ id });
  expect(azure.planQueue.messages).toEqual([plan, plan]);
});

test('a message that is given up on twice is there once, and can be replayed again', async () => {
  const { azure, app } = await arrange();
  await app.replay({ all: true });
  azure.clock.advance(60);
  await app.recordPoison('plan', plan, 'its work failed at every delivery');
  expect(await azure.poison.list(10)).toHaveLength(1);
  expect((await app.replay({ all: true })).replayed).toHaveLength(1);
});

test('a message that nobody can read stays, with the reason', async () => {
  const { azure, app } = await arrange();
  await app.recordPoison('warm', { registry: 1 }, 'malformed');
  await app.recordPoison('gate', 'x'.repeat(40_000), 'malformed');
  const { replayed, skipped } = await app.replay({ all: true });
  expect([replayed.length, skipped.length]).toEqual([1, 2]);
  expect(skipped.map(({ reason }) => reason).join()).toContain('message of queue warm');
  expect(azure.warmQueue.messages).toEqual([]);
});

test('a death between the queue and the mark replays the message once more, and loses none', async () => {
  const { azure, app, id } = await arrange();
  const dying = {
    list: (most: number) => azure.poison.list(most),
    purge: async () => undefined,
    save: () => Promise.reject(new Error('died')),
  };
  await expect(new Application({ ...azure.ports(), poison: dying }).replay({ all: true })).rejects.toThrow('died');
  expect((await app.replay({ all: true })).replayed).toEqual([{ id, queue: 'plan' }]);
});

test.each(['', '{}', '{"all":false}', '{"id":"a","all":true}', '{"id":""}'])('%j is no request to replay', (body) => {
  expect(() => parseReplayRequest(body)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error);
});

test('an id that nobody knows is refused', async () => {
  const { app } = await arrange();
  await expect(app.replay({ id: 'unknown' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test('what is behind the newest thousand is replayed by the next call, and the answer says that more is left', async () => {
  const { azure, app } = await arrange();
  for (let attempt = 1; attempt <= 1200; attempt += 1) await app.recordPoison('plan', { ...plan, attempt }, 'failed');
  const first = await app.replay({ all: true });
  expect([first.replayed.length, first.left]).toEqual([1000, 201]);
  const second = await app.replay({ all: true });
  expect([second.replayed.length, second.left]).toEqual([201, undefined]);
  expect(azure.planQueue.messages).toHaveLength(1201);
});

test('messages that nobody can read do not keep the others from their turn', async () => {
  const { azure, app } = await arrange();
  azure.clock.advance(60);
  for (let bad = 0; bad < 1000; bad += 1) await app.recordPoison('plan', { bad }, 'malformed');
  const { replayed, skipped } = await app.replay({ all: true });
  expect(replayed).toHaveLength(1);
  expect(skipped.length).toBeLessThanOrEqual(1000);
});

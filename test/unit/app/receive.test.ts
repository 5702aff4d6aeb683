import { InvocationContext } from '@azure/functions';
import { Application } from '../../../shared/app/application.js';
import { parsePlanTask } from '../../../shared/app/messages.js';
import { receive, recordPoison } from '../../../shared/app/receive.js';
import { SyncError } from '../../../shared/model/errors.js';
import { clusterId, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

function arrange() {
  const azure = new FakeSubscription();
  const lines: string[] = [];
  const context = new InvocationContext({
    functionName: 'fleet-gate-changed',
    logHandler: (_level, line) => lines.push(String(line)),
  });
  return { app: new Application(azure.ports()), context, lines, problems: () => azure.problems.list(10) };
}

test('an event that is taken leaves one line', async () => {
  const { app, context, lines, problems } = arrange();
  await receive({}, context, app, async () => 'taken');
  expect([lines, await problems()]).toEqual([['taken'], []]);
});

test('a malformed event is recorded and accepted, so that Event Grid does not send it for a day', async () => {
  const { app, context, problems } = arrange();
  await receive({ huge: 'x'.repeat(5000) }, context, app, () =>
    Promise.reject(new SyncError('INVALID_INPUT', 'event: id')),
  );
  const [problem] = await problems();
  expect(problem).toMatchObject({ source: 'event fleet-gate-changed', reason: 'INVALID_INPUT: event: id' });
  expect(problem?.subject.length).toBe(2000);
});

test.each([new SyncError('ARM_UNAVAILABLE', '503'), new TypeError('a bug')])(
  '%s has Event Grid send the event again',
  async (error) => {
    const { app, context, problems } = arrange();
    await expect(receive({}, context, app, () => Promise.reject(error))).rejects.toBe(error);
    expect(await problems()).toEqual([]);
  },
);

test.each([
  ['malformed', '{"clusterId"', 'INVALID_INPUT: message of queue plan'],
  ['a number', 123, 'INVALID_INPUT: message of queue plan'],
  ['nothing', undefined, 'INVALID_INPUT: message of queue plan'],
  [
    'well formed',
    { clusterId: clusterId(), kubernetesVersion: target, attempt: 0 },
    'its work failed at every delivery',
  ],
])('a poison message that is %s is recorded with the reason', async (_sentence, message, reason) => {
  const { app, context, problems } = arrange();
  await recordPoison('plan', message, context, app, parsePlanTask);
  const [problem] = await problems();
  expect(problem?.source).toBe('queue plan');
  expect(problem?.reason).toContain(reason);
});

import { judgeTarget } from '../../../../shared/gate/evaluate-target.js';
import type { ThrottledBudget } from '../../../../shared/warming/budgets.js';
import { clusterId, coredns, planOf, setOf, stateOf, target } from '../../../support/builders.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

const pausedUntil = '2026-09-01T09:00:00.000Z';
const pause: ThrottledBudget = { registry: 'acr.azurecr.io', operation: 'manifest-read', percent: 50, pausedUntil };

/** An artifact whose task was due some seconds ago and came back without a request, as the budget had none. */
async function judge(lateSeconds: number, budgets: readonly ThrottledBudget[]) {
  const azure = new FakeSubscription();
  await azure.targets.savePlan(planOf(setOf(coredns), { plannedAt: azure.clock.now() }));
  await azure.states.save([{ state: stateOf(coredns, { dueAt: azure.clock.now() }), etag: undefined }]);
  azure.clock.advance(lateSeconds);
  let asked = 0;
  const throttled = async () => {
    asked += 1;
    return budgets;
  };
  const { decision } = await judgeTarget(clusterId(), target, { ...azure.ports(), throttled });
  return { reasons: decision.reasons.slice(1), asked, decision: decision.decision };
}

test('a gate that is held by a pause that a registry asked for says so, and until when', async () => {
  expect(await judge(120, [pause])).toMatchObject({
    decision: 'closed',
    reasons: [
      `budget: acr.azurecr.io is sent no manifest-read requests until ${pausedUntil}, as it asked; goes on by itself`,
    ],
  });
});

test('a gate that is held by a lowered rate says at what rate it goes on', async () => {
  const { pausedUntil: _ended, ...lowered } = pause;
  expect((await judge(120, [lowered])).reasons).toEqual([
    'budget: acr.azurecr.io gets manifest-read requests at 50 % of our share, as it refused more; goes on by itself',
  ]);
});

test('where no budget is the cause, it says that nobody works on what is due', async () => {
  expect((await judge(120, [{ ...pause, registry: 'other.azurecr.io' }])).reasons).toEqual([
    'late: 1 artifacts are due since 2026-09-01T08:00:00.000Z and nobody has worked on them: other work comes first, or the function warm does not run',
  ]);
});

test('while everything is in time nobody asks, which would cost a transaction', async () => {
  expect(await judge(5, [pause])).toMatchObject({ asked: 0, reasons: [] });
});

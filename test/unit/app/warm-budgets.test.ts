import { RunBudgets, waitingBudgets, type Hold } from '../../../shared/app/warm-budgets.js';
import { FakeClock } from '../../support/fakes/clock.js';

const acr = 'contoso.azurecr.io';

function arrange(limits: 'documented' | 'none' = 'documented', upstream = 'https://mcr.microsoft.com') {
  const clock = new FakeClock();
  const holds: Hold[] = [];
  const stop = new AbortController();
  const budgets = new RunBudgets({ share: 0.5, upstream, registry: acr, limits }, clock.now, (hold) =>
    holds.push(hold),
  );
  const slept: number[] = [];
  const sleep = async (seconds: number) => {
    slept.push(seconds);
    clock.advance(seconds);
  };
  return { clock, holds, stop, budgets, slept, waiting: waitingBudgets(budgets, sleep, stop.signal) };
}

const reads = { registry: acr, operation: 'manifest-read' } as const;
const mar = { registry: 'mar', operation: 'upstream-read' } as const;

test('an Azure registry gets no more than its share of what its SKU allows, and who waits is told', async () => {
  const { budgets, holds } = arrange();
  expect(await budgets.take(reads, 2500)).toEqual({ kind: 'granted' });
  expect(await budgets.take(reads, 10)).toMatchObject({ kind: 'wait' });
  expect(holds).toMatchObject([{ registry: acr, operation: 'manifest-read' }]);
});

test('a SKU that ARM told doubles it', async () => {
  const { budgets } = arrange();
  budgets.learnSku(acr, 'Premium');
  expect(await budgets.take(reads, 5000)).toEqual({ kind: 'granted' });
});

test('a registry that is none of Azure documents no limit: there only a pause binds, and is told', async () => {
  const { budgets, holds, clock } = arrange('none');
  expect(await budgets.take(reads, 100_000)).toEqual({ kind: 'granted' });
  budgets.observe(reads, { status: 429, retryAfterSeconds: 20 });
  expect(holds).toEqual([{ registry: acr, operation: 'manifest-read', seconds: 20 }]);
  expect(await budgets.take(reads, 1)).toMatchObject({ kind: 'wait' });
  clock.advance(21);
  expect(await budgets.take(reads, 1)).toEqual({ kind: 'granted' });
});

test.each([
  ['MAR', 'https://mcr.microsoft.com', 'wait'],
  ['a mirror on this machine', 'http://127.0.0.1:5000', 'granted'],
])('what is asked of %s in one go: %s', async (_who, upstream, kind) => {
  const { budgets } = arrange('none', upstream);
  await budgets.take(mar, 500);
  expect(await budgets.take(mar, 500)).toMatchObject({ kind });
});

test('before the first step a run waits for its budget itself, outside of any request', async () => {
  const { waiting, slept } = arrange();
  await waiting.take(mar, 500);
  expect(await waiting.take(mar, 100)).toEqual({ kind: 'granted' });
  expect(slept.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThanOrEqual(2);
});

test('a run that is stopped waits no longer', async () => {
  const { waiting, stop } = arrange();
  await waiting.take(mar, 500);
  stop.abort();
  expect(await waiting.take(mar, 100)).toMatchObject({ kind: 'wait' });
});

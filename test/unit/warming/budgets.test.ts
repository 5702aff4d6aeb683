import { limitsUnder, OwnLedgers } from '../../../shared/warming/budget-ledger.js';
import { SharedBudgets, takeOrWait } from '../../../shared/warming/budgets.js';
import type { BudgetAccount } from '../../../shared/warming/ports.js';
import { FakeClock } from '../../support/fakes/clock.js';

const acr: BudgetAccount = { registry: 'acr.azurecr.io', operation: 'manifest-read' };
const arm: BudgetAccount = { registry: 'arm', operation: 'arm-write' };

class CountedLedgers extends OwnLedgers {
  transactions = 0;
  override read(registry: string) {
    this.transactions += 1;
    return super.read(registry);
  }
  override write(...change: Parameters<OwnLedgers['write']>) {
    this.transactions += 1;
    return super.write(...change);
  }
}

function setUp(instances = 1) {
  const clock = new FakeClock();
  const store = new CountedLedgers();
  const limits = limitsUnder({ share: 0.5, marReadsPerMinute: 3000 });
  const all = Array.from({ length: instances }, () => new SharedBudgets(store, limits, clock.now));
  const [budgets = new SharedBudgets(store, limits, clock.now), other = budgets] = all;
  return { clock, store, budgets, other };
}

async function takeAll(budgets: SharedBudgets, account: BudgetAccount): Promise<number> {
  let taken = 0;
  while ((await budgets.take(account, 1)).kind === 'granted') taken += 1;
  return taken;
}

test('most takes cost no transaction', async () => {
  const { store, budgets } = setUp();
  for (let take = 0; take < 60; take += 1) expect(await budgets.take(acr, 3)).toEqual({ kind: 'granted' });
  expect(store.transactions).toBe(2);
});

test('what is given back is there for the same asker at once, and for others when the lease has ended', async () => {
  const { clock, store, budgets } = setUp();
  const taken = await takeAll(budgets, arm);
  for (let back = 0; back < 50; back += 1) await budgets.giveBack(arm, 1);
  const before = store.transactions;
  for (let take = 0; take < 20; take += 1) expect(await budgets.take(arm, 1)).toEqual({ kind: 'granted' });
  expect([taken, store.transactions]).toEqual([100, before]);
  clock.advance(5);
  expect((await budgets.take({ ...arm, asker: 'another' }, 30)).kind).toBe('granted');
});

test('instances together get no more than the burst', async () => {
  const { budgets, other } = setUp(2);
  expect((await takeAll(budgets, arm)) + (await takeAll(other, arm))).toBe(100);
});

test('what an instance that died had drawn is lost, no more', async () => {
  const { clock, budgets, other } = setUp(2);
  await budgets.take(arm, 1);
  const left = await takeAll(other, arm);
  expect(left).toBeGreaterThanOrEqual(75);
  clock.advance(60);
  expect(await takeAll(other, arm)).toBeGreaterThanOrEqual(99);
});

test('who must wait is told when, one after the other', async () => {
  const { budgets } = setUp();
  await takeAll(budgets, arm);
  const waits = [];
  for (let ask = 0; ask < 50; ask += 1) waits.push(await budgets.take(arm, 1));
  const seconds = waits.map((grant) => (grant.kind === 'wait' ? grant.seconds : 0));
  expect(Math.max(...seconds)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...seconds)).toBeLessThan(25);
});

test('a refusal stops every operation of that kind at once, in all instances, until the pause is over', async () => {
  const { clock, budgets, other } = setUp(2);
  await budgets.take(acr, 1);
  budgets.observe(acr, { status: 429, retryAfterSeconds: 30 });
  await budgets.announce(acr.registry);
  expect(budgets.pauseOf(acr)).toBe(30);
  expect((await budgets.take(acr, 1)).kind).toBe('wait');
  expect((await other.take(acr, 1)).kind).toBe('wait');
  expect(other.pauseOf(acr)).toBe(30);
  expect((await other.take({ ...acr, operation: 'referrers' }, 1)).kind).toBe('granted');
  clock.advance(31);
  expect(budgets.pauseOf(acr)).toBe(0);
  expect((await other.take(acr, 1)).kind).toBe('granted');
});

test('without tokens nothing can be read: a pause of the token service is one of all reads', async () => {
  const { budgets } = setUp();
  await budgets.take(acr, 1);
  budgets.observe({ ...acr, operation: 'token' }, { status: 429, retryAfterSeconds: 5 });
  expect((await budgets.take(acr, 1)).kind).toBe('wait');
});

test('throttled budgets are told, and that they recover', async () => {
  const { clock, budgets } = setUp();
  await budgets.take(acr, 2000);
  budgets.observe(acr, { status: 429, retryAfterSeconds: 30 });
  await budgets.announce(acr.registry);
  const pausedUntil = new Date(clock.now().getTime() + 30_000).toISOString();
  expect(await budgets.throttled()).toEqual([{ ...acr, percent: 50, pausedUntil }]);
  for (let half = 0; half < 12; half += 1) {
    clock.advance(31);
    budgets.observe(acr, { status: 200 });
    await budgets.take(acr, 1);
  }
  expect(await budgets.throttled()).toEqual([]);
});

test('the limits of a registry follow its SKU, also in instances that never asked ARM', async () => {
  const { budgets, other } = setUp(2);
  budgets.learnSku(acr.registry, 'Premium');
  await budgets.take({ ...acr, operation: 'token' }, 1);
  expect(await takeAll(other, acr)).toBe(5000);
});

test('a store that loses every race makes the message come back', async () => {
  const store = new OwnLedgers();
  store.write = async () => undefined;
  const budgets = new SharedBudgets(store, limitsUnder({ share: 1, marReadsPerMinute: 60 }), new FakeClock().now);
  expect(await budgets.take(acr, 1)).toEqual({ kind: 'wait', seconds: 1 });
});

test('a process that runs to its end sleeps outside of its requests', async () => {
  const { clock, budgets } = setUp();
  await takeAll(budgets, arm);
  const before = clock.now().getTime();
  await takeOrWait(budgets, arm, 10, async (seconds) => clock.advance(seconds));
  expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(1000);
});

import { limitsUnder, OwnLedgers } from '../../../shared/warming/budget-ledger.js';
import { SharedBudgets } from '../../../shared/warming/budgets.js';
import type { BudgetAccount } from '../../../shared/warming/ports.js';
import { FakeClock } from '../../support/fakes/clock.js';

const account: BudgetAccount = { registry: 'contoso.azurecr.io', operation: 'manifest-read' };
const limits = limitsUnder({ share: 0.5, marReadsPerMinute: 3000 });
const year = 365 * 24 * 3600;

/** A store that two instances share; the clock of one is far ahead. */
function arrange() {
  const store = new OwnLedgers();
  const [wrong, right] = [new FakeClock(), new FakeClock()];
  wrong.advance(year);
  return {
    store,
    right,
    wrong: new SharedBudgets(store, limits, wrong.now),
    good: new SharedBudgets(store, limits, right.now),
  };
}

async function secondsUntilGranted(budgets: SharedBudgets, clock: FakeClock): Promise<number> {
  const started = clock.now().getTime();
  for (let tries = 0; tries < 100; tries += 1) {
    const grant = await budgets.take(account, 10);
    if (grant.kind === 'granted') return (clock.now().getTime() - started) / 1000;
    clock.advance(grant.seconds);
  }
  return Number.POSITIVE_INFINITY;
}

test('a budget that an instance with a clock a year ahead has emptied fills again', async () => {
  const { wrong, good, right } = arrange();
  while ((await wrong.take(account, 10)).kind === 'granted');
  expect(await secondsUntilGranted(good, right)).toBeLessThan(120);
});

test.each(['manifest-read', 'token'] as const)(
  'a pause of %s that ends in a year is not believed',
  async (operation) => {
    const { wrong, good, right } = arrange();
    await wrong.take({ ...account, operation }, 1);
    wrong.observe({ ...account, operation }, { status: 429, retryAfterSeconds: 60 });
    await wrong.announce(account.registry);
    expect(await secondsUntilGranted(good, right)).toBeLessThan(120);
  },
);

test('a pause of a clock that is a little ahead is kept', async () => {
  const { store, right, good } = arrange();
  const ahead = new FakeClock();
  ahead.advance(30);
  const other = new SharedBudgets(store, limits, ahead.now);
  await other.take(account, 1);
  other.observe(account, { status: 429, retryAfterSeconds: 3600 });
  await other.announce(account.registry);
  expect(await secondsUntilGranted(good, right)).toBeGreaterThan(3600);
});

test('a clock that was set back by a year does not keep a pause for as long', async () => {
  const clock = new FakeClock();
  clock.advance(year);
  const budgets = new SharedBudgets(new OwnLedgers(), limits, clock.now);
  budgets.observe(account, { status: 429, retryAfterSeconds: 60 });
  clock.advance(-year);
  expect(budgets.pauseOf(account)).toBe(0);
  expect(await secondsUntilGranted(budgets, clock)).toBeLessThan(120);
});

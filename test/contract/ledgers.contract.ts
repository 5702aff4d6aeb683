import { limitsUnder, type Ledger, type LedgerStore } from '../../shared/warming/budget-ledger.js';
import { openBucket, throttle } from '../../shared/warming/budget-bucket.js';
import { SharedBudgets } from '../../shared/warming/budgets.js';
import { FakeClock } from '../support/fakes/clock.js';

const limit = { burst: 10, perSecond: 1 };
const open: Ledger = { buckets: { 'manifest-read': openBucket(limit, 1_800_000_000_000) } };

/** What instances rely on when they share budgets. */
export function ledgersContract(create: () => Promise<LedgerStore>): void {
  test('has no ledger at first', async () => {
    const store = await create();
    expect([await store.read('arm'), [...(await store.list())]]).toEqual([undefined, []]);
  });

  test('gives back what was written, by the name of the registry', async () => {
    const store = await create();
    const bucket = throttle(openBucket(limit, 1_800_000_000_000), limit, 30, 1_800_000_000_500);
    const line = [{ until: 1_800_000_010_000, requests: 1.5 }];
    const askers = { 'acr.azurecr.io 1': { weight: 1, owed: -0.5, line, lineEnds: 1_800_000_010_000, seenAt: 1 } };
    const ledger: Ledger = { sku: 'Premium', buckets: { 'upstream-read': { ...bucket, askers } } };
    const etag = await store.write('acr.azurecr.io', ledger, undefined);
    expect(await store.read('acr.azurecr.io')).toEqual({ ledger, etag });
    expect(await store.list()).toEqual(new Map([['acr.azurecr.io', ledger]]));
  });

  test('lets one of two writers win, and tells the other', async () => {
    const store = await create();
    const first = await store.write('mar', open, undefined);
    expect(await store.write('mar', open, undefined)).toBeUndefined();
    expect(await store.write('mar', { ...open, sku: 'a' }, first)).toBeDefined();
    expect(await store.write('mar', { ...open, sku: 'b' }, first)).toBeUndefined();
    expect((await store.read('mar'))?.ledger.sku).toBe('a');
  });

  test('instances that take at the same time get the burst and no more', async () => {
    const store = await create();
    const clock = new FakeClock();
    const limits = limitsUnder({ share: 0.5, marReadsPerMinute: 60 });
    const instances = Array.from({ length: 4 }, () => new SharedBudgets(store, limits, clock.now));
    const account = { registry: 'mar', operation: 'upstream-read' } as const;
    const grants = await Promise.all(
      instances.flatMap((budgets) => Array.from({ length: 10 }, () => budgets.take(account, 1))),
    );
    const granted = grants.filter(({ kind }) => kind === 'granted').length;
    expect(granted).toBeLessThanOrEqual(10);
    expect(granted).toBeGreaterThan(5);
  });
}

import pLimit from 'p-limit';
import { SyncError } from '../model/errors.js';

const concurrentRequests = 8;

/**
 * Does something for every item, a few at a time, and returns when nothing is under way any more.
 * Who is throttled is not asked for the rest; any other failure of one item leaves the others their turn, so that one manifest that
 * fails for an hour does not keep its siblings from being requested.
 * @throws the first failure, after all have ended
 */
export async function forEachBounded<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const limit = pLimit(concurrentRequests);
  const failures: unknown[] = [];
  const results: Result[] = [];
  const one = async (item: Item, index: number): Promise<void> => {
    if (failures.some((failure) => failure instanceof SyncError && failure.failureClass === 'throttled')) return;
    try {
      results[index] = await work(item);
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(items.map((item, index) => limit(() => one(item, index))));
  if (failures.length > 0) throw failures.find((failure) => !(failure instanceof SyncError)) ?? failures[0];
  return results;
}

import type { TableClient } from '@azure/data-tables';
import { isNotFound, mostPerBatch } from './table-errors.js';

/** Rows that one purge removes at most, so that it takes seconds: the next one goes on. */
const mostPurged = 1000;

/** Removes the rows that a filter of one partition finds. Idempotent: what somebody else removed meanwhile is left to the next purge. */
export async function purgeRows(table: TableClient, filter: string): Promise<void> {
  const options = { queryOptions: { filter, select: ['partitionKey', 'rowKey'] } };
  let purged = 0;
  for await (const page of table.listEntities(options).byPage({ maxPageSize: mostPerBatch })) {
    const keys = page.map(({ partitionKey = '', rowKey = '' }) => ({ partitionKey, rowKey }));
    try {
      if (keys.length > 0) await table.submitTransaction(keys.map((key) => ['delete', key]));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    purged += keys.length;
    if (purged >= mostPurged) return;
  }
}

import { startStorage, type LocalStorage } from '../../local/storage.js';
import { Storage } from '../../shared/azure/storage.js';
import { TableLedgers } from '../../shared/azure/table-ledgers.js';
import { OwnLedgers } from '../../shared/warming/budget-ledger.js';
import { ledgersContract } from './ledgers.contract.js';

let local: LocalStorage;
let storage: Storage;

beforeAll(async () => {
  local = await startStorage();
  storage = new Storage({ kind: 'connection-string', connectionString: local.connectionString }, () => {
    throw new Error('a connection string needs no credential');
  });
  await storage.ensure();
});

afterAll(() => local.close());

async function emptied() {
  const table = storage.table('syncBudgets');
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    await table.deleteEntity(partitionKey, rowKey);
  return table;
}

describe.each([
  ['memory', async () => new OwnLedgers()],
  ['Azurite', async () => new TableLedgers(await emptied())],
])('ledgers in %s', (_store, create) => ledgersContract(create));

test('a row that nobody can read counts as none, and is replaced', async () => {
  const table = await emptied();
  const store = new TableLedgers(table);
  await store.write('arm', { buckets: {} }, undefined);
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    await table.updateEntity({ partitionKey, rowKey, set0: Buffer.from('no gzip') }, 'Merge');
  const stored = await store.read('arm');
  expect(stored?.ledger).toEqual({ buckets: {} });
  expect(await store.write('arm', { sku: 'Premium', buckets: {} }, stored?.etag)).toBeDefined();
});

import type { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/core-auth';
import { startStorage, type LocalStorage } from '../../local/storage.js';
import { Storage } from '../../shared/azure/storage.js';
import { TableArtifactStates } from '../../shared/azure/table-artifact-states.js';
import { artifactName } from '../../shared/model/artifact.js';
import type { ArtifactState } from '../../shared/warming/state.js';
import { coredns, provenState, stateOf } from '../support/builders.js';

let local: LocalStorage;
let table: TableClient;
const { registry } = stateOf();

beforeAll(async () => {
  local = await startStorage();
  const storage = new Storage({ kind: 'connection-string', connectionString: local.connectionString }, noCredential);
  await storage.ensure();
  table = storage.table('syncArtifacts');
  // Loading Azurite inside jest takes seconds.
}, 60_000);

afterAll(() => local.close());

afterEach(async () => {
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    await table.deleteEntity(partitionKey, rowKey);
});

function noCredential(): TokenCredential {
  throw new Error('a connection string needs no credential');
}

const newOf = (state: ArtifactState) => ({ state, etag: undefined });

/** Transactions of the table service while `work` ran. */
async function transactionsOf(work: () => Promise<unknown>): Promise<number> {
  const before = local.transactions().table;
  await work();
  return local.transactions().table - before;
}

const many = (from: number, count: number, step = 0) =>
  Array.from({ length: count }, (_unused, index) =>
    stateOf({ repository: 'oss/many', tag: `v${from + index}` }, { step }),
  );

test('what an instance wrote at the step of a task is not read again, alone or of a batch', async () => {
  const states = new TableArtifactStates(table);
  await states.save(many(0, 3).map(newOf));
  await states.save([newOf(stateOf())]);
  const wanted = [...many(0, 3), stateOf()];
  const reads = await transactionsOf(async () => {
    for (const state of wanted) expect((await states.get(registry, state, 0))?.state).toEqual(state);
  });
  expect(reads).toBe(0);
});

test('the version of what is remembered is the one that is stored', async () => {
  const states = new TableArtifactStates(table);
  await states.save(many(0, 2).map(newOf));
  for (const state of many(0, 2)) {
    const known = await states.get(registry, state, 0);
    const next = { ...state, step: 1 };
    expect(await states.save([{ state: next, etag: known?.etag }])).toEqual([]);
    const again = await states.get(registry, state, 1);
    expect(await states.save([{ state: { ...next, step: 2 }, etag: again?.etag }])).toEqual([]);
  }
});

test('a record that another instance has changed since is remembered once at most, and writing on it loses', async () => {
  const [here, there] = [new TableArtifactStates(table), new TableArtifactStates(table)];
  await here.save([newOf(stateOf())]);
  const read = await there.get(registry, coredns, 0);
  await there.save([{ state: stateOf(coredns, { step: 1 }), etag: read?.etag }]);
  const remembered = await here.get(registry, coredns, 0);
  expect(remembered?.state.step).toBe(0);
  expect(await here.save([{ state: stateOf(coredns, { step: 5 }), etag: remembered?.etag }])).toEqual([
    artifactName(coredns),
  ]);
  expect((await here.get(registry, coredns, 0))?.state.step).toBe(1);
});

test('without a step, at another step, and the second time, the table is asked', async () => {
  const states = new TableArtifactStates(table);
  const askings = [[undefined], [7], [0, 0]] as const;
  for (const steps of askings) {
    await states.save([newOf(stateOf())]);
    const reads = await transactionsOf(async () => {
      for (const step of steps) await states.get(registry, coredns, step);
    });
    expect(reads).toBe(1);
    await table.deleteEntity(...keysOf(await firstRow()));
  }
});

async function firstRow() {
  for await (const entity of table.listEntities()) return entity;
  throw new Error('the table is empty');
}

function keysOf({ partitionKey = '', rowKey = '' }): [string, string] {
  return [partitionKey, rowKey];
}

test('what is proven has no task, and is read', async () => {
  const states = new TableArtifactStates(table);
  const proven = provenState();
  await states.save([newOf(proven)]);
  expect(await transactionsOf(() => states.get(registry, coredns, proven.step))).toBe(1);
});

test('plans that write the same hundred new records at once cost a few batches, and each record has one writer', async () => {
  const plans = [0, 30, 60].map((from) => ({ states: new TableArtifactStates(table), wanted: many(from, 90) }));
  const lost: (readonly string[])[] = [];
  const cost = await transactionsOf(async () => {
    lost.push(...(await Promise.all(plans.map(({ states, wanted }) => states.save(wanted.map(newOf))))));
  });
  expect((await new TableArtifactStates(table).list(registry)).size).toBe(150);
  expect(lost.flat()).toHaveLength(3 * 90 - 150);
  expect(cost).toBeLessThanOrEqual(15);
});

import type { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/core-auth';
import { startStorage, type LocalStorage } from '../../local/storage.js';
import { Storage } from '../../shared/azure/storage.js';
import { TableArtifactStates } from '../../shared/azure/table-artifact-states.js';
import { artifactName } from '../../shared/model/artifact.js';
import type { WarmTask } from '../../shared/warming/ports.js';
import type { ArtifactState } from '../../shared/warming/state.js';
import { before, coredns, minutes, pause, provenState, stateOf } from '../support/builders.js';
import { digestOf } from '../support/fakes/fake-manifests.js';

let local: LocalStorage;
let table: TableClient;
const { registry } = stateOf();

beforeAll(async () => {
  local = await startStorage();
  const storage = new Storage({ kind: 'connection-string', connectionString: local.connectionString }, noCredential);
  await storage.ensure();
  table = storage.table('syncArtifacts');
  // Loading Azurite inside jest takes seconds.
});

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

const taskOf = (state: ArtifactState, step = state.step): WarmTask => {
  const { repository, tag } = state;
  return { registry, repository, tag, step };
};

/** The task as it arrives, with what its store gave along. */
function laden(states: TableArtifactStates, state: ArtifactState): WarmTask {
  const carried = states.carry(taskOf(state));
  return { ...taskOf(state), ...(carried === undefined ? {} : { carried }) };
}

test('what an instance wrote is not read again at any instance that its task reaches, alone or of a batch', async () => {
  const [here, there] = [new TableArtifactStates(table), new TableArtifactStates(table)];
  const full = stateOf(coredns, {
    neededBy: before(-minutes(5)),
    reason: 'an "odd" \\ reason',
    imports: { token: '{}', startedAt: before(1) },
  });
  await here.save(many(0, 3).map(newOf));
  await here.save([newOf(full)]);
  const tasks = [...many(0, 3), full].map((state) => ({ state, task: laden(here, state) }));
  const reads = await transactionsOf(async () => {
    for (const { state, task } of tasks) expect((await there.get(registry, state, task))?.state).toEqual(state);
  });
  expect(reads).toBe(0);
});

test('the version that a task carries is the one that is stored', async () => {
  const [here, there] = [new TableArtifactStates(table), new TableArtifactStates(table)];
  await here.save(many(0, 2).map(newOf));
  for (const state of many(0, 2)) {
    const known = await there.get(registry, state, laden(here, state));
    const next = { ...state, step: 1 };
    expect(await there.save([{ state: next, etag: known?.etag }])).toEqual([]);
    const again = await here.get(registry, next, laden(there, next));
    expect(await here.save([{ state: { ...next, step: 2 }, etag: again?.etag }])).toEqual([]);
  }
});

test('who acts on what a task carried and somebody has changed since, loses', async () => {
  const [here, there] = [new TableArtifactStates(table), new TableArtifactStates(table)];
  await here.save([newOf(stateOf())]);
  const task = laden(here, stateOf());
  const read = await there.get(registry, coredns);
  await there.save([{ state: stateOf(coredns, { step: 1 }), etag: read?.etag }]);
  const carried = await here.get(registry, coredns, task);
  expect(carried?.state.step).toBe(0);
  expect(await here.save([{ state: stateOf(coredns, { step: 5 }), etag: carried?.etag }])).toEqual([
    artifactName(coredns),
  ]);
  expect((await here.get(registry, coredns))?.state.step).toBe(1);
});

test('a task carries its own step only, once, and nothing that does not fit a message', async () => {
  const states = new TableArtifactStates(table);
  const children = Array.from({ length: 400 }, (_unused, index) => digestOf(String(index)));
  await states.save([newOf(stateOf()), newOf(stateOf(pause, { children }))]);
  expect(states.carry(taskOf(stateOf(), 7))).toBeUndefined();
  expect(states.carry(taskOf(stateOf(pause)))).toBeUndefined();
  expect(states.carry(taskOf(stateOf()))).toContain(coredns.repository);
  expect(states.carry(taskOf(stateOf()))).toBeUndefined();
});

test.each([
  ['of another artifact', (text: string) => text.replaceAll(coredns.tag, 'v2')],
  ['of another step', (text: string) => text.replace('"step":0', '"step":3')],
  ['without a version', (text: string) => text.replace('"etag"', '"tag2"')],
  ['that a later release wrote', (text: string) => text.replace('"planned"', '"cosmic"')],
  ['that would replace whatever is stored', (text: string) => text.replace(/"etag":"(?:[^"\\]|\\.)*"/, '"etag":"*"')],
  ['that is proven already', (text: string) => text.replace('"phase":"planned"', '"phase":"proven"')],
  ['that is no JSON', (text: string) => text.slice(1)],
])('a record %s is not believed: the table is asked', async (_what, spoil) => {
  const states = new TableArtifactStates(table);
  await states.save([newOf(stateOf())]);
  const task = { ...taskOf(stateOf()), carried: spoil(states.carry(taskOf(stateOf())) ?? '') };
  expect(await transactionsOf(() => states.get(registry, coredns, task))).toBe(1);
  expect((await states.get(registry, coredns, task))?.state).toEqual(stateOf());
});

test('what is proven has no task, and nothing is kept for one', async () => {
  const states = new TableArtifactStates(table);
  const proven = provenState();
  await states.save([newOf(proven)]);
  expect(states.carry(taskOf(proven))).toBeUndefined();
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

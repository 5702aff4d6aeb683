import fc from 'fast-check';
import type { TableClient } from '@azure/data-tables';
import { startStorage, type LocalStorage } from '../../local/storage.js';
import { Storage, type TableName } from '../../shared/azure/storage.js';
import { rowOf } from '../../shared/azure/table-artifact-rows.js';
import { TableArtifactStates } from '../../shared/azure/table-artifact-states.js';
import { TableFleetGateRecords, TableJudgements } from '../../shared/azure/table-gate-records.js';
import { TableHolds } from '../../shared/azure/table-holds.js';
import { TableObserved } from '../../shared/azure/table-observed.js';
import { TableRegistryProofs } from '../../shared/azure/table-registry-proofs.js';
import type { HoldRecord } from '../../shared/gate/maintenance/maintenance-ports.js';
import type { FleetGateRecord } from '../../shared/gate/fleet/fleet-ports.js';
import type { Judgement } from '../../shared/gate/ports.js';
import { artifactName } from '../../shared/model/artifact.js';
import type { RegistryProof } from '../../shared/warming/registry-proof.js';
import type { ArtifactState } from '../../shared/warming/state.js';
import { clusterId, coredns, gateId, now, pause, provenState, runId, stateOf, target } from '../support/builders.js';
import { forgetfulTable } from '../support/lost-answers.js';

let local: LocalStorage;
let storage: Storage;
const { registry } = stateOf();

beforeAll(async () => {
  local = await startStorage();
  storage = new Storage({ kind: 'connection-string', connectionString: local.connectionString }, () => {
    throw new Error('a connection string needs no credential');
  });
  await storage.ensure();
  // Loading Azurite inside jest takes seconds.
});

afterAll(() => local.close());

afterEach(() => empty(storage.table('syncArtifacts')));

async function empty(table: TableClient): Promise<void> {
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    await table.deleteEntity(partitionKey, rowKey);
}

/** Of its one row. */
async function etagIn(table: TableClient): Promise<string | undefined> {
  for await (const { etag } of table.listEntities()) return etag;
  return undefined;
}

const forgetful = (name: TableName = 'syncArtifacts') => forgetfulTable(local.connectionString, name);
const stored = () => new TableArtifactStates(storage.table('syncArtifacts'));
const newOf = (state: ArtifactState) => ({ state, etag: undefined });
const many = (count: number, step = 0) =>
  Array.from({ length: count }, (_unused, index) => stateOf({ repository: 'oss/many', tag: `v${index}` }, { step }));
const several = [coredns, pause].map((artifact) => stateOf(artifact));

describe.each([
  ['one record', [stateOf()]],
  ['a batch', several],
])('a write of %s whose answer was lost', (_what, states) => {
  test('is no lost race, when it creates and when it replaces', async () => {
    const { table, lose } = forgetful();
    const store = new TableArtifactStates(table);
    lose(true);
    expect(await store.save(states.map(newOf))).toEqual([]);
    const known = [...(await store.list(registry)).values()];
    lose(true, true);
    expect(await store.save(known.map(({ state, etag }) => ({ state: { ...state, step: 1 }, etag })))).toEqual([]);
    expect([...(await stored().list(registry)).values()].map(({ state }) => state.step)).toEqual(states.map(() => 1));
  });

  test('gives its task the version along that is stored, in no more than it took before', async () => {
    const { table, lose } = forgetful();
    const store = new TableArtifactStates(table);
    lose(true);
    await store.save(states.map(newOf));
    for (const { repository, tag } of states) {
      const task = { registry, repository, tag, step: 0 };
      const carried = store.carry(task);
      expect(carried).not.toContain('writeId');
      const there = await stored().get(registry, task, { ...task, ...(carried === undefined ? {} : { carried }) });
      expect(there?.etag).toBe((await stored().get(registry, task))?.etag);
    }
  });

  test('is a lost race when somebody has gone on from it since', async () => {
    const { table, lose, meanwhile } = forgetful();
    lose(true);
    meanwhile(async () => {
      const there = [...(await stored().list(registry)).values()];
      await stored().save(there.map(({ state, etag }) => ({ state: { ...state, step: 1 }, etag })));
    });
    expect(await new TableArtifactStates(table).save(states.map(newOf))).toEqual(states.map(artifactName));
  });

  test('is one more write to a row that somebody wrote in the very same words', async () => {
    await stored().save(states.map(newOf));
    const { table, lose } = forgetful();
    lose(true);
    expect(await new TableArtifactStates(table).save(states.map(newOf))).toEqual(states.map(artifactName));
  });

  test('is a lost race when the row is gone', async () => {
    const { table, lose, meanwhile } = forgetful();
    const store = new TableArtifactStates(table);
    await store.save(states.map(newOf));
    const known = [...(await store.list(registry)).values()];
    lose(true);
    meanwhile(() => empty(storage.table('syncArtifacts')));
    const next = known.map(({ state, etag }) => ({ state: { ...state, step: 1 }, etag }));
    expect(await store.save(next)).toEqual(known.map(({ state }) => artifactName(state)));
  });
});

test('of a batch whose answer was lost those that somebody has gone on from are lost, the others are not', async () => {
  const { table, lose, meanwhile } = forgetful();
  lose(true);
  meanwhile(async () => {
    const etag = (await stored().get(registry, coredns))?.etag;
    await stored().save([{ state: stateOf(coredns, { step: 1 }), etag }]);
  });
  expect(await new TableArtifactStates(table).save(several.map(newOf))).toEqual([artifactName(coredns)]);
});

test("a row of a release that named no writes is nobody's", async () => {
  const { table, lose } = forgetful();
  await storage.table('syncArtifacts').createEntity(rowOf(stateOf()));
  lose(true);
  expect(await new TableArtifactStates(table).save([newOf(stateOf())])).toEqual([artifactName(coredns)]);
});

test('writers of the very same at the same moment: each record has exactly one, whatever answers are lost', async () => {
  const writers = fc.array(fc.array(fc.boolean(), { maxLength: 6 }), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc
      .asyncProperty(writers, fc.integer({ min: 1, max: 4 }), async (fates, count) => {
        const states = many(count);
        for (const step of [0, 1]) {
          const known = await stored().list(registry);
          const saved = fates.map(async (lost) => {
            const { table, lose } = forgetful();
            lose(...lost);
            const next = states.map((state) => ({ ...state, step }));
            return await new TableArtifactStates(table).save(
              next.map((state) => ({ state, etag: known.get(artifactName(state))?.etag })),
            );
          });
          const losses = (await Promise.all(saved)).flat();
          for (const state of states)
            expect(losses.filter((name) => name === artifactName(state))).toHaveLength(fates.length - 1);
        }
      })
      .afterEach(() => empty(storage.table('syncArtifacts'))),
    { numRuns: 25 },
  );
});

test('nothing is asked without a conflict, and once after one', async () => {
  const { table, lose } = forgetful();
  const store = new TableArtifactStates(table);
  const cost = async (state: ArtifactState) => {
    const before = local.transactions().table;
    await store.save([newOf(state)]);
    return local.transactions().table - before;
  };
  expect(await cost(stateOf())).toBe(1);
  expect(await cost(stateOf())).toBe(2);
  lose(true);
  expect(await cost(stateOf(pause))).toBe(3);
});

const judgement: Judgement = {
  ...{ clusterId: clusterId(), kubernetesVersion: target, decision: 'open', step: 3 },
  ...{ decidedAt: now, since: now },
};
const gate: FleetGateRecord = {
  ...{ id: gateId(), displayName: 'g1', updateRun: runId, stage: 'first', action: 'approving' },
  ...{ reasons: ['all open'], recordedAt: now },
};
const hold: HoldRecord = {
  ...{ clusterId: clusterId(), configuration: 'aksManagedAutoUpgradeSchedule', state: 'placing', before: null },
  ...{ since: now, recordedAt: now, reasons: [] },
};
const { loginServer, incarnation } = provenState();
const proof: RegistryProof = { registry, loginServer, incarnation, startedAt: now, verifiedAt: now, evidence: 'heads' };

test.each<[string, TableName, (table: TableClient, etag?: string) => Promise<unknown>]>([
  ['a judgement', 'syncJudgements', (table, etag) => new TableJudgements(table).save(judgement, etag)],
  ['an approval', 'syncFleetGates', (table, etag) => new TableFleetGateRecords(table).save(gate, etag)],
  ['a hold', 'syncHolds', (table, etag) => new TableHolds(table).save(hold, etag)],
  ['a proof of a registry', 'syncRegistries', (table, etag) => new TableRegistryProofs(table).save(proof, etag)],
  ['what was observed', 'syncObserved', (table, etag) => new TableObserved(table).save('1.35', [], etag)],
])('%s whose answer was lost is written, and by one', async (_what, name, save) => {
  const { table, lose } = forgetful(name);
  lose(true);
  expect(await save(table)).toBeTruthy();
  expect(await save(storage.table(name))).toBeFalsy();
  const etag = await etagIn(storage.table(name));
  lose(true);
  expect(await save(table, etag)).toBeTruthy();
  expect(await save(storage.table(name), etag)).toBeFalsy();
});

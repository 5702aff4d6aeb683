import type { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/core-auth';
import { startStorage, type LocalStorage } from '../../local/storage.js';
import { Storage, tableNames, type TableName } from '../../shared/azure/storage.js';
import { JsonQueue } from '../../shared/azure/queues.js';
import { TableAuditTrail } from '../../shared/azure/table-audit.js';
import { TableBreakGlasses } from '../../shared/azure/table-break-glass.js';
import { TableArtifactStates } from '../../shared/azure/table-artifact-states.js';
import {
  TableFleetGateRecords,
  TableJudgements,
  TableProblems,
  TableSeenClusters,
} from '../../shared/azure/table-gate-records.js';
import { TableDeadlines } from '../../shared/azure/table-deadlines.js';
import { TableHolds } from '../../shared/azure/table-holds.js';
import { TableOutages } from '../../shared/azure/table-outages.js';
import { TablePoisonMessages } from '../../shared/azure/table-poison.js';
import { encodeKey } from '../../shared/azure/table-keys.js';
import { TableRegistryProofs } from '../../shared/azure/table-registry-proofs.js';
import { TableTargets } from '../../shared/azure/table-targets.js';
import type { PoisonMessage } from '../../shared/gate/ports.js';
import { artifactName } from '../../shared/model/artifact.js';
import type { OutageRecord } from '../../shared/warming/outage-record.js';
import { before, clusterId, minutes, now, planOf, provenState, target } from '../support/builders.js';
import { FakeClock } from '../support/fakes/clock.js';
import { MemoryHolds } from '../support/fakes/memory-holds.js';
import { MemoryArtifactStates } from '../support/fakes/memory-artifact-states.js';
import {
  MemoryFleetGateRecords,
  MemoryJudgements,
  MemoryProblems,
  MemorySeenClusters,
} from '../support/fakes/memory-gate-records.js';
import { MemoryAuditTrail, MemoryBreakGlasses } from '../support/fakes/memory-audit.js';
import { MemoryDeadlines } from '../support/fakes/memory-events.js';
import { MemoryQueue } from '../support/fakes/memory-queue.js';
import { MemoryRegistryProofs } from '../support/fakes/memory-registry-proofs.js';
import { MemoryTargets } from '../support/fakes/memory-targets.js';
import { stopDate } from '../support/still-date.js';
import { artifactStatesContract, recentStatesContract } from './artifact-states.contract.js';
import { auditTrailContract, breakGlassesContract } from './audit.contract.js';
import {
  deadlinesContract,
  fleetGateRecordsContract,
  judgementsContract,
  problemsContract,
  seenClustersContract,
} from './gate-records.contract.js';
import { holdsContract } from './holds.contract.js';
import { queueContract } from './queue.contract.js';
import { registryProofsContract } from './registry-proofs.contract.js';
import { targetsContract } from './targets.contract.js';

let local: LocalStorage;
let storage: Storage;

beforeAll(async () => {
  local = await startStorage();
  storage = new Storage({ kind: 'connection-string', connectionString: local.connectionString }, noCredential);
  await storage.ensure();
});

afterAll(() => local.close());

describe.each([
  ['memory', async () => new MemoryArtifactStates()],
  ['Azurite', async () => new TableArtifactStates(await emptied('syncArtifacts'))],
])('artifact states in %s', (_store, open) => {
  artifactStatesContract(open);
  recentStatesContract(open);
});

describe.each([
  ['memory', async () => new MemoryRegistryProofs()],
  ['Azurite', async () => new TableRegistryProofs(await emptied('syncRegistries'))],
])('proofs of registries in %s', (_store, open) => registryProofsContract(open));

describe.each([
  ['memory', async () => new MemoryTargets(() => now)],
  ['Azurite', async () => new TableTargets(await emptied('syncTargets'), () => now)],
])('targets in %s', (_store, open) => targetsContract(open));

describe.each([
  ['memory', async () => new MemoryJudgements()],
  ['Azurite', async () => new TableJudgements(await emptied('syncJudgements'))],
])('judgements in %s', (_store, open) => judgementsContract(open));

describe.each([
  ['memory', async () => new MemoryFleetGateRecords()],
  ['Azurite', async () => new TableFleetGateRecords(await emptied('syncFleetGates'))],
])('Fleet gate records in %s', (_store, open) => fleetGateRecordsContract(open));

describe.each([
  ['memory', async () => new MemorySeenClusters()],
  ['Azurite', async () => new TableSeenClusters(await emptied('syncClusters'))],
])('seen clusters in %s', (_store, open) => seenClustersContract(open));

describe.each([
  ['memory', async () => new MemoryProblems()],
  ['Azurite', async () => new TableProblems(await emptied('syncProblems'))],
])('problems in %s', (_store, open) => problemsContract(open));

describe.each([
  ['memory', async () => new MemoryAuditTrail()],
  ['Azurite', async () => new TableAuditTrail(await emptied('syncAudit'))],
])('the audit trail in %s', (_store, open) => auditTrailContract(open));

describe.each([
  ['memory', async () => new MemoryBreakGlasses()],
  ['Azurite', async () => new TableBreakGlasses(await emptied('syncBreakGlass'))],
])('broken glasses in %s', (_store, open) => breakGlassesContract(open));

describe.each([
  ['memory', async () => new MemoryDeadlines()],
  ['Azurite', async () => new TableDeadlines(await emptied('syncDeadlines'))],
])('deadlines in %s', (_store, open) => deadlinesContract(open));

describe.each([
  ['memory', async () => new MemoryHolds()],
  ['Azurite', async () => new TableHolds(await emptied('syncHolds'))],
])('holds of planned maintenance in %s', (_store, open) => holdsContract(open));

describe('a queue in memory', () => {
  const clock = new FakeClock();
  queueContract(async () => {
    const queue = new MemoryQueue<unknown>(clock);
    return {
      queue,
      wait: async (seconds) => clock.advance(seconds),
      receive: async () => {
        const found: unknown[] = [];
        for (let next = queue.receive(); next; next = queue.receive()) found.push(next.message);
        return found;
      },
    };
  });
});

describe('a queue in Azurite, which runs in this process, on a date that stands still', () => {
  const moveDate = stopDate();
  queueContract(async () => {
    const client = storage.queue('warm');
    await client.clearMessages();
    return {
      queue: new JsonQueue<unknown>(client),
      wait: async (seconds) => moveDate(seconds),
      receive: async () => {
        const found: unknown[] = [];
        for (;;) {
          const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
          if (receivedMessageItems.length === 0) return found;
          for (const { messageText } of receivedMessageItems)
            found.push(JSON.parse(Buffer.from(messageText, 'base64').toString()));
        }
      },
    };
  });
});

test('queues and tables are made as often as one likes, also by several at once', async () => {
  await Promise.all([storage.ensure(), storage.ensure()]);
  expect(tableNames.length).toBeGreaterThan(0);
});

test('a failure that meets a target which is being removed leaves no half row that nobody could read', async () => {
  const table = await emptied('syncTargets');
  const targets = new TableTargets(removedBeforeUpdate(table), () => now);
  await targets.savePlan(planOf());
  await targets.saveFailure({
    clusterId: clusterId(),
    kubernetesVersion: target,
    reason: 'x',
    at: now,
    effect: 'plan-stays',
  });
  expect(await targets.list()).toEqual([]);
});

/** Somebody removes the row just before it is updated. */
function removedBeforeUpdate(table: TableClient): TableClient {
  const update = table.updateEntity.bind(table);
  table.updateEntity = async (entity, mode, options) => {
    await table.deleteEntity(entity.partitionKey, entity.rowKey);
    return await update(entity, mode, options);
  };
  return table;
}

async function emptied(name: TableName): Promise<TableClient> {
  const table = storage.table(name);
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    await table.deleteEntity(partitionKey, rowKey);
  return table;
}

function noCredential(): TokenCredential {
  throw new Error('a connection string needs no credential');
}

test('a row of the release that proved manifests alone still reads: pull-through, and no deep proof', async () => {
  const table = storage.table('syncArtifacts');
  const artifact = { repository: 'oss/of-the-release-before', tag: 'v1' };
  const state = provenState(artifact);
  await new TableArtifactStates(table).save([{ state, etag: undefined }]);
  const partitionKey = encodeKey(state.registry);
  const entity = await table.getEntity(partitionKey, encodeKey(artifactName(artifact)));
  const { strategy: _1, failures: _2, proof: _3, ...before } = entity;
  await table.updateEntity({ ...before, partitionKey, rowKey: encodeKey(artifactName(artifact)) }, 'Replace');
  const { proof: _proof, ...rest } = state;
  expect((await new TableArtifactStates(table).get(state.registry, artifact))?.state).toEqual(rest);
});

test('outages and poison messages are kept, replaced and given back', async () => {
  const outages = new TableOutages(storage.table('syncOutages'));
  const outage: OutageRecord = {
    ...{ registry: '/subscriptions/1/registries/acr', loginServer: 'acr.azurecr.io', side: 'upstream', since: now },
    ...{ lastProbe: now, code: 'UPSTREAM_UNAVAILABLE', reason: 'UPSTREAM_UNAVAILABLE: 502' },
  };
  await outages.save({ ...outage, reason: 'older' });
  await outages.save(outage);
  expect(await outages.list()).toEqual([outage]);
  await outages.remove(outage.registry, 'upstream');
  await outages.remove(outage.registry, 'upstream');
  expect(await outages.list()).toEqual([]);
  const poison = new TablePoisonMessages(storage.table('syncPoison'));
  const older: PoisonMessage = { id: 'a', queue: 'plan', message: '{"ä":1}', reason: 'x', at: before(minutes(5)) };
  await poison.save(older);
  await poison.save({ ...older, id: 'b', at: now });
  await poison.save({ ...older, replayedAt: now });
  expect(await poison.list(10)).toEqual([
    { ...older, id: 'b', at: now },
    { ...older, replayedAt: now },
  ]);
  expect(await poison.list(1)).toHaveLength(1);
  for (let times = 0; times < 2; times += 1) await poison.purge(before(minutes(1)));
  expect((await poison.list(10)).map(({ id }) => id)).toEqual(['b']);
});

import type { TableClient } from '@azure/data-tables';
import { rowOf } from '../../../shared/azure/table-artifact-rows.js';
import { TableArtifactStates } from '../../../shared/azure/table-artifact-states.js';
import { TableFleetGateRecords, TableSeenClusters } from '../../../shared/azure/table-gate-records.js';
import { TableOutages } from '../../../shared/azure/table-outages.js';
import { TablePoisonMessages } from '../../../shared/azure/table-poison.js';
import { TableRegistryProofs } from '../../../shared/azure/table-registry-proofs.js';
import { artifactName } from '../../../shared/model/artifact.js';
import { effectiveProvenAt } from '../../../shared/warming/registry-proof.js';
import { clusterId, pause, provenState } from '../../support/builders.js';

const at = '2026-09-01T08:00:00.000Z';
const registry = provenState().registry;
const outage = { registry, loginServer: 'acr.azurecr.io', side: 'upstream', since: at, lastProbe: at, reason: '503' };
const poison = { id: 'a', queue: 'warm', message: '{}', reason: 'x', at };
const { loginServer, incarnation } = provenState();
const proof = { registry, loginServer, incarnation, startedAt: '2099-01-01T00:00:00.000Z', verifiedAt: at };

/** A table with rows of a release after this one, and one of this. */
function tableOf(...entities: readonly Record<string, unknown>[]): TableClient {
  async function* listEntities() {
    yield* entities;
  }
  const getEntity = async () => ({ ...entities[0], etag: 'its-etag' });
  return { listEntities, getEntity } as unknown as TableClient;
}

test('an outage of a code that only a later release knows keeps no gate from being judged', async () => {
  const known = { ...outage, code: 'UPSTREAM_UNAVAILABLE' };
  const records = await new TableOutages(tableOf({ ...outage, code: 'COSMIC' }, known)).list();
  expect(records).toMatchObject([{ code: 'UPSTREAM_UNAVAILABLE' }]);
});

test('an outage of a registry, of a code that only a later release knows, holds its gates all the same, and costs no proof', async () => {
  const columns = { outageSince: at, outageLastProbe: at, outageCode: 'COSMIC', outageReason: 'COSMIC: rays' };
  const proofs = new TableRegistryProofs(tableOf({ ...proof, evidence: 'heads', ...columns }));
  const times = { since: new Date(at), lastProbe: new Date(at) };
  expect((await proofs.get(registry))?.proof).toMatchObject({
    ...{ loginServer, evidence: 'heads' },
    outage: { ...times, code: 'REGISTRY_UNAVAILABLE', reason: 'COSMIC: rays' },
  });
});

test('a poison message of a queue that only a later release has does not hide the others', async () => {
  const found = await new TablePoisonMessages(tableOf({ ...poison, queue: 'later' }, poison)).list(10);
  expect(found).toMatchObject([{ queue: 'warm' }]);
});

test('a registry proof of an evidence that only a later release knows proves nothing, and can be replaced', async () => {
  const proofs = new TableRegistryProofs(tableOf({ ...proof, evidence: 'hearsay' }));
  const stored = await proofs.get(registry);
  expect(stored?.etag).toBe('its-etag');
  expect(effectiveProvenAt(provenState(), stored?.proof)).toEqual(provenState().provenAt);
  expect(await proofs.list()).toEqual(new Map());
});

test('a cluster whose record only a later release can read is one that was not seen yet', async () => {
  const clusters = new TableSeenClusters(tableOf({ id: clusterId(), name: 'prod', kubernetesVersion: 'next' }));
  expect(await clusters.get(clusterId())).toBeUndefined();
});

describe('a column whose JSON is damaged', () => {
  const whole = rowOf(provenState());
  const carried = JSON.stringify({ ...whole, phase: 'planned', etag: 'its-etag' });

  test('makes its artifact one that is planned anew, and hides no other', async () => {
    const other = rowOf({ ...provenState(), ...pause });
    const found = await new TableArtifactStates(tableOf({ ...whole, children: '["sha256:' }, other)).list(registry);
    expect(found.get(artifactName(provenState()))).toMatchObject({
      unreadable: 'children',
      state: { phase: 'failed' },
    });
    expect(found.get(artifactName(pause))?.state.phase).toBe('proven');
  });

  test('makes a task that carries it one that asks the table', async () => {
    const { repository, tag, step } = provenState();
    const task = { registry, repository, tag, step };
    const states = new TableArtifactStates(tableOf(whole));
    expect((await states.get(registry, task, { ...task, carried }))?.state.phase).toBe('planned');
    const damaged = carried.replace('"[', '"');
    expect((await states.get(registry, task, { ...task, carried: damaged }))?.state.phase).toBe('proven');
  });

  test('hides no other Fleet gate', async () => {
    const gate = { id: 'a', displayName: 'a', updateRun: 'run', stage: 'one', action: 'waiting', recordedAt: at };
    const found = await new TableFleetGateRecords(
      tableOf({ ...gate, reasons: '["cut' }, { ...gate, id: 'b', reasons: '[]' }),
    ).list();
    expect(found.map(({ id }) => id)).toEqual(['b']);
  });
});

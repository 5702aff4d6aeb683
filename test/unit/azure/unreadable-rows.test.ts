import type { TableClient } from '@azure/data-tables';
import { TableOutages } from '../../../shared/azure/table-outages.js';
import { TablePoisonMessages } from '../../../shared/azure/table-poison.js';
import { TableRegistryProofs } from '../../../shared/azure/table-registry-proofs.js';
import { effectiveProvenAt } from '../../../shared/warming/registry-proof.js';
import { provenState } from '../../support/builders.js';

const at = '2026-09-01T08:00:00.000Z';
const registry = provenState().registry;
const outage = { registry, loginServer: 'acr.azurecr.io', side: 'registry', since: at, lastProbe: at, reason: '503' };
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

test('an outage of a class that only a later release knows keeps no gate from being judged', async () => {
  const known = { ...outage, failureClass: 'registry-down' };
  const records = await new TableOutages(tableOf({ ...outage, failureClass: 'cosmic' }, known)).list();
  expect(records).toMatchObject([{ failureClass: 'registry-down' }]);
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

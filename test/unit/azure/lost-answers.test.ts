import { RestError } from '@azure/core-rest-pipeline';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { TableArtifactStates } from '../../../shared/azure/table-artifact-states.js';
import { coredns, pause, provenState, stateOf } from '../../support/builders.js';

type Row = Record<string, unknown> & { readonly rowKey: string };

/** A table that writes, and whose answer is lost: the client tries again by itself, and hears of a conflict with its own write. */
function forgetfulTable() {
  const rows = new Map<string, Row & { etag: string }>();
  let writes = 0;
  const put = (row: Row) => rows.set(row.rowKey, { ...row, etag: `${(writes += 1)}` });
  const conflict = () => new RestError('UpdateConditionNotSatisfied', { statusCode: 412 });
  const isCurrent = ([kind, row, , options]: TransactionAction): boolean =>
    rows.get(row.rowKey)?.etag === (kind === 'create' ? undefined : (options as { etag?: string } | undefined)?.etag);
  const write = async (row: Row) => {
    put(row);
    throw conflict();
  };
  const submitTransaction = async (actions: readonly TransactionAction[]) => {
    if (actions.every(isCurrent)) for (const [, row] of actions) put(row);
    throw conflict();
  };
  const listEntities = async function* () {
    yield* rows.values();
  };
  const getEntity = async (_partition: string, rowKey: string) => rows.get(rowKey);
  const table = { createEntity: write, updateEntity: write, submitTransaction, listEntities, getEntity };
  return { put, states: new TableArtifactStates(table as unknown as TableClient) };
}

const task = { registry: stateOf().registry, ...coredns, step: 3 };

test('a write whose answer was lost is no lost race: it is known, and its task takes it along', async () => {
  const { states } = forgetfulTable();
  expect(await states.save([{ state: stateOf(coredns, { step: 3 }), etag: undefined }])).toEqual([]);
  expect(JSON.parse(states.carry(task) ?? '{}')).toMatchObject({ step: 3, etag: '1' });
  expect(await states.save([{ state: provenState(coredns, { step: 4 }), etag: '1' }])).toEqual([]);
});

test('nor are those of a batch', async () => {
  const { states } = forgetfulTable();
  const batch = [coredns, pause].map((artifact) => ({ state: stateOf(artifact, { step: 3 }), etag: undefined }));
  expect(await states.save(batch)).toEqual([]);
  expect(states.carry(task)).toBeDefined();
});

import { dropUnneeded } from '../../../shared/warming/drop-unneeded.js';
import { reconcile } from '../../../shared/gate/reconcile/reconcile.js';
import { SyncError } from '../../../shared/model/errors.js';
import { advanceArtifact, taskOf } from '../../../shared/warming/advance.js';
import {
  before,
  coredns,
  hours,
  minutes,
  now,
  pause,
  planOf,
  provenState,
  setOf,
  stateOf,
} from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';

const { registry } = stateOf();
const old = { pinnedAt: before(hours(2)), dueAt: before(minutes(1)) };

/** A subscription in which a plan needs coredns, with some states in its registry. */
async function arrange(...states: readonly ReturnType<typeof stateOf>[]) {
  const azure = new FakeSubscription();
  await azure.states.save(states.map((state) => ({ state, etag: undefined })));
  const planned = planOf(setOf(coredns), { plannedAt: azure.clock.now() });
  const kept = [{ ...planned, requestedAt: now, planned }];
  const drop = async (targets: readonly (typeof kept)[number][] = kept) => {
    const index = new Map([...(await azure.states.list(registry))].map(([name, { state }]) => [name, state]));
    await dropUnneeded(targets, new Map([[registry, index]]), azure.ports());
  };
  const phaseOf = async (artifact = pause) => (await azure.states.get(registry, artifact))?.state.phase;
  return { azure, drop, phaseOf };
}

test.each([
  ['waits', stateOf(pause, { ...old, phase: 'waiting' }), 'failed'],
  ['is planned', stateOf(pause, old), 'failed'],
  ['is proven', provenState(pause, { pinnedAt: before(hours(2)) }), 'proven'],
  [
    'waits, and may be of a plan that is not saved yet',
    stateOf(pause, { phase: 'waiting', pinnedAt: before(minutes(9)) }),
    'waiting',
  ],
])('what no plan needs and %s', async (_how, state, phase) => {
  const { drop, phaseOf } = await arrange(state);
  await drop();
  expect(await phaseOf()).toBe(phase);
});

test('what a plan needs goes on', async () => {
  const { drop, phaseOf } = await arrange(stateOf(coredns, { ...old, phase: 'waiting' }));
  await drop();
  expect(await phaseOf(coredns)).toBe('waiting');
});

test('of a registry that no target is left of nothing goes on, and no task does anything', async () => {
  const state = stateOf(coredns, { phase: 'waiting', step: 7, pinnedAt: before(minutes(9)) });
  const { azure, drop, phaseOf } = await arrange(state);
  await drop([]);
  expect(await phaseOf(coredns)).toBe('failed');
  expect(await advanceArtifact(taskOf(state), 1, azure.ports())).toBe('stale');
});

test('when its cluster is gone, the tasks of what never comes end with it', async () => {
  const { azure, phaseOf } = await arrange(stateOf(coredns, old));
  const cache = azure.addRegistry();
  cache.fault = () => {
    throw new SyncError('REGISTRY_UNAVAILABLE', 'no such host');
  };
  await azure.targets.savePlan(planOf(setOf(coredns), { plannedAt: azure.clock.now() }));
  expect(await reconcile(azure.ports())).toMatchObject({ removed: 1, failures: [] });
  expect(await phaseOf(coredns)).toBe('failed');
});

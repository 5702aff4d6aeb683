import { artifactName } from '../../../shared/model/artifact.js';
import type { StoredState } from '../../../shared/warming/ports.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import { planWork, type PinnedArtifact, type WorkInput } from '../../../shared/warming/work.js';
import {
  before,
  coredns,
  hours,
  minutes,
  newLayout,
  now,
  pause,
  provenState,
  registryOf,
  stateOf,
} from '../../support/builders.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const pinOf = (changes: Partial<PinnedArtifact> = {}): PinnedArtifact => {
  const { repository, tag, digest, children } = stateOf();
  return { repository, tag, digest, children, pinnedAt: now, ...changes };
};

function plan(state: ArtifactState | undefined, changes: Partial<WorkInput> = {}) {
  const states = new Map<string, StoredState>();
  if (state) states.set(artifactName(state), { state, etag: '"1"' });
  return planWork({
    pinned: [pinOf()],
    states,
    registry: registryOf(),
    marHost: 'mcr.microsoft.com',
    now,
    policy: {
      reproveAfterMs: hours(12),
      retryFailedAfterMs: minutes(30),
      lostAfterMs: minutes(2),
      bakedDelaySeconds: 10,
      proofLevel: 'deep',
    },
    run: 'first',
    ...changes,
  });
}

const partly = {
  name: 'partly',
  sourceRepository: 'mcr.microsoft.com/oss/*',
  targetRepository: 'aks-managed-repository/oss/*',
};

const waiting = (overdueMs: number) => stateOf(coredns, { phase: 'waiting', step: 2, dueAt: before(overdueMs) });
const failed = (sinceMs: number) => stateOf(coredns, { phase: 'failed', step: 4, dueAt: before(sinceMs) });
const proven = (ageMs: number) => provenState(coredns, { provenAt: before(ageMs), dueAt: before(ageMs) });

test('what failed on a clock that was far ahead is started again now, not when that time comes', () => {
  expect(plan(failed(-hours(24 * 30))).changes).toMatchObject([{ state: { phase: 'planned', step: 5 } }]);
});

test.each([
  ['without a record is started', undefined, 'started'],
  ['on its way is left to its task', waiting(0), 'left'],
  ['a minute overdue is left to its task', waiting(minutes(1)), 'left'],
  ['two minutes overdue has lost its task and gets another', waiting(minutes(2)), 'requeued'],
  ['planned and two minutes overdue gets another task', stateOf(coredns, { dueAt: before(minutes(2)) }), 'requeued'],
  ['proven is left alone', proven(hours(1)), 'left'],
  ['proven half a proof ago is looked at again', proven(hours(12)), 'requeued'],
  ['that has just failed is left alone', failed(minutes(29)), 'left'],
  ['that failed half an hour ago is started anew', failed(minutes(30)), 'started'],
  ['whose digest moved is started anew', stateOf(coredns, { digest: digestOf('old'), pinnedAt: before(1) }), 'started'],
  [
    'that a worker pinned later than this plan is left alone',
    stateOf(coredns, { digest: digestOf('new'), pinnedAt: new Date(now.getTime() + 1) }),
    'left',
  ],
  [
    'cached elsewhere by another rule is started anew',
    provenState(coredns, { cachedRepository: coredns.repository }),
    'started',
  ],
  ['of a registry that moved is started anew', provenState(coredns, { loginServer: 'old.azurecr.io' }), 'started'],
  [
    'of a registry that was deleted and created again is started anew',
    provenState(coredns, { incarnation: 'before' }),
    'started',
  ],
] as const)('an artifact %s', (_sentence, state, expected) => {
  const [change] = plan(state).changes;
  expect(change === undefined ? 'left' : isFresh(change.state) ? 'started' : 'requeued').toBe(expected);
});

const isFresh = ({ pinnedAt, attempts, phase }: ArtifactState): boolean =>
  pinnedAt === now && attempts === 0 && phase === 'planned';

test('an earlier run that may have stopped half way gets its tasks again, whatever is due when', () => {
  expect(plan(waiting(-minutes(5)), { run: 'again' }).changes).toHaveLength(1);
  expect(plan(proven(hours(1)), { run: 'again' }).changes).toEqual([]);
});

test('a task that is enqueued again makes the one before stale, so that a backlog does not feed itself', () => {
  const lost = waiting(minutes(2));
  const [change] = plan(lost).changes;
  expect(change).toEqual({ state: { ...lost, step: lost.step + 1, dueAt: now }, etag: '"1"' });
  expect(plan(change?.state).changes).toEqual([]);
});

test('starting anew keeps counting steps, so that tasks of before are stale', () => {
  const [change] = plan(failed(hours(1))).changes;
  expect(change).toMatchObject({ etag: '"1"', state: { step: 5, phase: 'planned', attempts: 0, dueAt: now } });
  expect(change?.state).not.toHaveProperty('reason');
  expect(plan(undefined).changes[0]).toMatchObject({ etag: undefined, state: { step: 0 } });
});

test('what no rule covers is imported to the path that nodes pull, and the plan says so', () => {
  const registry = registryOf('acr', [partly]);
  const other = pinOf({ repository: 'aks/packages/kubernetes/kubelet', tag: 'v1.35.7' });
  const { changes, strategies } = plan(undefined, { registry, pinned: [pinOf(), other] });
  expect(changes.map(({ state }) => [state.strategy, state.cachedRepository])).toEqual([
    ['pull-through', `aks-managed-repository/${coredns.repository}`],
    ['import', 'aks-managed-repository/aks/packages/kubernetes/kubelet'],
  ]);
  expect(strategies).toEqual({ [coredns.repository]: 'pull-through', 'aks/packages/kubernetes/kubelet': 'import' });
});

test('an artifact whose rule is gone is started anew as an import', () => {
  const [change] = plan(provenState(), { registry: registryOf('acr', []) }).changes;
  expect(change?.state).toMatchObject({ strategy: 'import', phase: 'planned', attempts: 0 });
});

test('a proof of manifests alone is looked at again where proofs are deep, once its last look is over', () => {
  const shallow = provenState(coredns, { proof: 'manifests', dueAt: before(minutes(3)) });
  expect(plan(shallow).changes).toHaveLength(1);
  expect(plan({ ...shallow, dueAt: now }).changes).toEqual([]);
  expect(plan({ ...shallow, proof: 'deep' }).changes).toEqual([]);
});

test.each([
  ['new layout', newLayout, `aks-managed-repository/${pause.repository}`],
  ['old layout', { ...newLayout, targetRepository: '/*' }, pause.repository],
] as const)('the %s names the repository to pull from', (_layout, rule, repository) => {
  const { changes } = plan(undefined, { registry: registryOf('acr', [rule]), pinned: [pinOf(pause)] });
  expect(changes[0]?.state.cachedRepository).toBe(repository);
});

test.each([
  ['a proof', provenState(coredns, { provenAt: before(-hours(9000)), dueAt: before(-hours(9000)) })],
  ['a task', stateOf(coredns, { phase: 'waiting', step: 3, dueAt: before(-hours(9000)) })],
])('%s that a wrong clock dated a year ahead is not waited for until then', (_what, state) => {
  expect(plan(state).changes).toMatchObject([{ state: { step: 4, dueAt: now } }]);
});

test('a task that a registry sent away for an hour is waited for', () => {
  expect(plan(stateOf(coredns, { phase: 'waiting', step: 3, dueAt: before(-hours(1)) })).changes).toEqual([]);
});

const urgent = before(-hours(5));
const inDays = before(-hours(48));

test.each([
  ['without a record', undefined],
  ['that is started anew', failed(hours(1))],
  ['whose proof is renewed', proven(hours(13))],
  ['late on its way without a deadline', waiting(45_000)],
  ['late on its way with a later deadline', { ...waiting(45_000), neededBy: inDays }],
  ['late on its way for a deadline that has passed', { ...waiting(45_000), neededBy: before(1) }],
] as const)('an artifact %s gets the deadline of the plan, and a task that knows it', (_sentence, state) => {
  expect(plan(state, { neededBy: urgent }).changes).toMatchObject([{ state: { neededBy: urgent } }]);
});

test('an artifact that an earlier deadline hastens already keeps it, and its task', () => {
  expect(plan({ ...waiting(45_000), neededBy: urgent }, { neededBy: inDays }).changes).toEqual([]);
  expect(plan({ ...waiting(45_000), neededBy: urgent }, {}).changes).toEqual([]);
  expect(plan({ ...failed(hours(1)), neededBy: urgent }, { neededBy: inDays }).changes).toMatchObject([
    { state: { neededBy: urgent } },
  ]);
});

test('an artifact that is on its way in time is left to its task, which would be done twice', () => {
  expect(plan(waiting(0), { neededBy: urgent }).changes).toEqual([]);
});

test('a deadline writes nothing for what is proven already, or failed a moment ago', () => {
  for (const state of [proven(hours(1)), failed(minutes(1))])
    expect(plan(state, { neededBy: urgent }).changes).toEqual([]);
});

const ahead = before(-minutes(6));

test.each([
  ['a proof', provenState(coredns, { provenAt: ahead, dueAt: ahead })],
  ['a proof whose new task was lost', provenState(coredns, { provenAt: ahead, dueAt: before(minutes(3)) })],
])('%s that a clock dated six minutes ahead, which no gate believes, is looked at again', (_what, state) => {
  expect(plan(state).changes).toMatchObject([{ state: { step: 4, dueAt: now } }]);
});

test('a proof dated ahead whose task is on its way is left to it; one within the skew of clocks is believed', () => {
  const close = before(-minutes(4));
  expect(plan(provenState(coredns, { provenAt: ahead, dueAt: now })).changes).toEqual([]);
  expect(plan(provenState(coredns, { provenAt: close, dueAt: close })).changes).toEqual([]);
});

test('a proof of the whole registry that a wrong clock dated ahead vouches for nothing', () => {
  const { registry, loginServer, incarnation } = stateOf();
  const proof = {
    registry,
    loginServer,
    incarnation,
    startedAt: ahead,
    verifiedAt: ahead,
    evidence: 'inventory',
  } as const;
  expect(plan(proven(hours(13)), { proof }).changes).toHaveLength(1);
  expect(plan(proven(hours(1)), { proof }).changes).toEqual([]);
});

test('a digest that a wrong clock pinned in the future does not outlive its tag', () => {
  const pinned = stateOf(coredns, { digest: digestOf('old'), pinnedAt: before(-hours(9000)) });
  expect(plan(pinned).changes).toMatchObject([{ state: { digest: stateOf().digest, pinnedAt: now } }]);
});

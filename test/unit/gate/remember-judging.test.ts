import fc from 'fast-check';
import { judgeTarget, type JudgeReads } from '../../../shared/gate/evaluate-target.js';
import { rememberJudging } from '../../../shared/gate/remember-judging.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import {
  clusterId,
  coredns,
  pause,
  planOf,
  policy,
  provenState,
  setOf,
  stateOf,
  target,
} from '../../support/builders.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { MemoryBreakGlasses } from '../../support/fakes/memory-audit.js';
import { MemoryJudgements, MemorySeenClusters } from '../../support/fakes/memory-gate-records.js';
import { MemoryArtifactStates } from '../../support/fakes/memory-artifact-states.js';
import { MemoryRegistryProofs } from '../../support/fakes/memory-registry-proofs.js';
import { MemoryTargets } from '../../support/fakes/memory-targets.js';

/** One store, a worker that writes through it and a reader that remembers; reads are counted. */
async function openScene() {
  const clock = new FakeClock();
  const stored = new MemoryArtifactStates(clock.now);
  const targets = new MemoryTargets(clock.now);
  const reads = { lists: 0, lately: 0, plans: 0, fails: false, emptied: false };
  const count = (what: 'lists' | 'lately'): void => {
    reads[what] += 1;
    if (reads.fails) throw new Error('storage is away');
  };
  const direct = {
    targets,
    states: stored,
    registryProofs: new MemoryRegistryProofs(),
    outageRecords: { list: async () => [] },
    throttled: async () => [],
    judgements: new MemoryJudgements(),
    seenClusters: new MemorySeenClusters(),
    breakGlasses: new MemoryBreakGlasses(),
    gatePolicy: policy,
    now: clock.now,
  };
  const remembered = {
    ...direct,
    ...rememberJudging({
      ...direct,
      targets: {
        get: (...of) => ((reads.plans += 1), targets.get(...of)),
        revision: (...of) => targets.revision(...of),
      },
      states: {
        list: async (registry) => {
          count('lists');
          if (registry === 'a slow one') await new Promise((resolve) => setImmediate(resolve));
          return reads.emptied ? new Map() : await stored.list(registry);
        },
        listSince: async (registry, since) => (
          count('lately'),
          reads.emptied ? new Map() : await stored.listSince(registry, since)
        ),
      },
    }),
  };
  await targets.savePlan({ ...planOf(setOf(coredns, pause)), plannedAt: clock.now() });
  const put = async (state: ArtifactState): Promise<void> => {
    const known = await stored.get(state.registry, state);
    await stored.save([{ state, etag: known?.etag }]);
  };
  const judge = async (ports: JudgeReads): Promise<string> =>
    (await judgeTarget(clusterId(), target, ports)).decision.decision;
  return { clock, targets, reads, put, judge, direct, remembered };
}

const proven = (scene: { readonly clock: FakeClock }, artifact = coredns): ArtifactState => ({
  ...provenState(artifact),
  provenAt: scene.clock.now(),
});

test('a gate that is asked for again and again reads its plan and its artifacts once', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  for (let asked = 0; asked < 20; asked += 1) expect(await scene.judge(scene.remembered)).toBe('open');
  expect(scene.reads).toMatchObject({ lists: 1, plans: 1 });
});

test('a proof that is lost shuts the gate within two seconds', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  expect(await scene.judge(scene.remembered)).toBe('open');
  await scene.put({ ...stateOf(coredns, { phase: 'planned' }), step: 9 });
  scene.clock.advance(2);
  expect(await scene.judge(scene.remembered)).toBe('closed');
});

test('who asks all the time waits for storage once', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  await scene.judge(scene.remembered);
  await scene.put({ ...stateOf(coredns, { phase: 'planned' }), step: 9 });
  scene.clock.advance(1.5);
  expect(await scene.judge(scene.remembered)).toBe('open');
  expect(await scene.judge(scene.remembered)).toBe('closed');
  expect(scene.reads).toMatchObject({ lists: 1, lately: 1 });
});

test('all states of a registry are read once a minute, those written lately every second', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  for (let second = 0; second < 120; second += 1) {
    expect(await scene.judge(scene.remembered)).toBe('open');
    scene.clock.advance(1);
  }
  expect(scene.reads.lists).toBe(2);
  expect(scene.reads.lately).toBeGreaterThan(100);
});

test('what storage has not had for hours opens no gate, though other registries are being read at that moment', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  expect(await scene.judge(scene.remembered)).toBe('open');
  scene.reads.emptied = true;
  scene.clock.advance(3600);
  const other = scene.remembered.states.list('a slow one');
  expect(await scene.judge(scene.remembered)).toBe('closed');
  await other;
});

test('rows that are gone are missed within two minutes, however many registries are asked for', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  expect(await scene.judge(scene.remembered)).toBe('open');
  scene.reads.emptied = true;
  for (let second = 0; second < 122; second += 1) {
    scene.clock.advance(1);
    await scene.remembered.states.list(`registry ${second}`);
    await scene.judge(scene.remembered);
  }
  expect(await scene.judge(scene.remembered)).toBe('closed');
});

test('storage that fails is told to who has to wait for it, and asked again by the next', async () => {
  const scene = await openScene();
  await scene.judge(scene.remembered);
  scene.reads.fails = true;
  scene.clock.advance(1.5);
  await expect(scene.judge(scene.remembered)).resolves.toBe('closed');
  scene.clock.advance(1);
  await expect(scene.judge(scene.remembered)).rejects.toThrow('storage is away');
  scene.reads.fails = false;
  await expect(scene.judge(scene.remembered)).resolves.toBe('closed');
});

test('a plan that is denounced shuts the gate at once', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  expect(await scene.judge(scene.remembered)).toBe('open');
  const failure = { clusterId: clusterId(), kubernetesVersion: target, reason: 'it changed', at: scene.clock.now() };
  await scene.targets.saveFailure({ ...failure, effect: 'plan-wrong' });
  expect(await scene.judge(scene.remembered)).toBe('unknown');
});

test('a proof that comes is told within seconds', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(stateOf(pause, { phase: 'waiting' }));
  expect(await scene.judge(scene.remembered)).toBe('closed');
  await scene.put(proven(scene, pause));
  scene.clock.advance(2);
  expect(await scene.judge(scene.remembered)).toBe('open');
});

test('a proof expires by the clock, remembered or not', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  expect(await scene.judge(scene.remembered)).toBe('open');
  scene.clock.advance(policy.maxProofAgeMs / 1000 + 1);
  expect(await scene.judge(scene.remembered)).not.toBe('open');
});

test('whatever happens, a remembered gate is open only if storage said so within two seconds, and at last both agree', async () => {
  const artifact = fc.constantFrom(coredns, pause);
  const event = fc.oneof(
    fc.record({ kind: fc.constant('prove' as const), artifact }),
    fc.record({ kind: fc.constant('prove-manifests' as const), artifact }),
    fc.record({ kind: fc.constant('lose' as const), artifact, phase: fc.constantFrom('planned', 'waiting', 'failed') }),
    fc.record({ kind: fc.constantFrom('denounce', 'plan', 'ask', 'ask') }),
    fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(0.1, 0.9, 1.5, 2, 20, 7200) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      const scene = await openScene();
      const history: { readonly at: number; readonly decision: string }[] = [];
      for (const one of events) {
        if (one.kind === 'wait' && 'seconds' in one) scene.clock.advance(one.seconds);
        if (one.kind === 'prove' && 'artifact' in one) await scene.put(proven(scene, one.artifact));
        if (one.kind === 'prove-manifests' && 'artifact' in one)
          await scene.put({ ...proven(scene, one.artifact), proof: 'manifests' });
        if ('phase' in one) await scene.put(stateOf(one.artifact, { phase: one.phase as ArtifactState['phase'] }));
        if (one.kind === 'plan')
          await scene.targets.savePlan({ ...planOf(setOf(coredns, pause)), plannedAt: scene.clock.now() });
        if (one.kind === 'denounce')
          await scene.targets.saveFailure({
            ...{ clusterId: clusterId(), kubernetesVersion: target, reason: 'it changed', at: scene.clock.now() },
            effect: 'plan-wrong',
          });
        const [told, stored] = [await scene.judge(scene.remembered), await scene.judge(scene.direct)];
        const now = scene.clock.now().getTime();
        history.push({ at: now, decision: stored });
        const before = history.findLastIndex(({ at }) => at <= now - 2000);
        const recent = history.slice(Math.max(before, 0)).map(({ decision }) => decision);
        if (told === 'open') expect(recent).toContain('open');
      }
      scene.clock.advance(2);
      expect(await scene.judge(scene.remembered)).toBe(await scene.judge(scene.direct));
    }),
  );
});

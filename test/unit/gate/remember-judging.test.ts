import fc from 'fast-check';
import { judgeTarget } from '../../../shared/gate/evaluate-target.js';
import { rememberJudging } from '../../../shared/gate/remember-judging.js';
import { WarningStates } from '../../../shared/warming/proof-losses.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import {
  clusterId,
  coredns,
  minutes,
  pause,
  planOf,
  policy,
  provenState,
  setOf,
  stateOf,
  target,
} from '../../support/builders.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { MemoryArtifactStates } from '../../support/fakes/memory-artifact-states.js';
import { MemoryProofLosses } from '../../support/fakes/memory-proof-losses.js';
import { MemoryRegistryProofs } from '../../support/fakes/memory-registry-proofs.js';
import { MemoryTargets } from '../../support/fakes/memory-targets.js';

/** One store, a worker that writes through it and a reader that remembers; reads are counted. */
async function openScene() {
  const clock = new FakeClock();
  const stored = new MemoryArtifactStates();
  const losses = new MemoryProofLosses(clock.now);
  const worker = new WarningStates(stored, losses);
  const targets = new MemoryTargets(clock.now);
  const reads = { lists: 0, plans: 0 };
  const direct = {
    targets,
    states: stored,
    registryProofs: new MemoryRegistryProofs(),
    outageRecords: { list: async () => [] },
    throttled: async () => [],
    gatePolicy: policy,
    now: clock.now,
  };
  const remembered = {
    ...direct,
    ...rememberJudging({
      ...direct,
      losses,
      targets: {
        get: (...of) => ((reads.plans += 1), targets.get(...of)),
        revision: (...of) => targets.revision(...of),
      },
      states: { list: (registry) => ((reads.lists += 1), stored.list(registry)) },
    }),
  };
  await targets.savePlan({ ...planOf(setOf(coredns, pause)), plannedAt: clock.now() });
  const put = async (state: ArtifactState): Promise<void> => {
    const known = await worker.get(state.registry, state);
    await worker.save([{ state, etag: known?.etag }]);
  };
  const judge = async (ports: typeof direct): Promise<string> =>
    (await judgeTarget(clusterId(), target, ports)).decision.decision;
  return { clock, losses, targets, reads, put, judge, direct, remembered: remembered as typeof direct };
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
  expect(scene.reads).toEqual({ lists: 1, plans: 1 });
});

test('a proof that is lost shuts the gate at once, and nobody remembers for minutes then', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  expect(await scene.judge(scene.remembered)).toBe('open');
  await scene.put({ ...stateOf(coredns, { phase: 'planned' }), step: 9 });
  expect(scene.losses.warnings).toBe(1);
  expect(await scene.judge(scene.remembered)).toBe('closed');
  await scene.judge(scene.remembered);
  expect(scene.reads.lists).toBe(3);
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
  expect(scene.losses.warnings).toBe(0);
});

test('a proof expires by the clock, remembered or not', async () => {
  const scene = await openScene();
  await scene.put(proven(scene));
  await scene.put(proven(scene, pause));
  expect(await scene.judge(scene.remembered)).toBe('open');
  scene.clock.advance(policy.maxProofAgeMs / 1000 + 1);
  expect(await scene.judge(scene.remembered)).not.toBe('open');
});

test('whatever happens, a remembered gate is open only if storage says so at that moment, and at last both agree', async () => {
  const artifact = fc.constantFrom(coredns, pause);
  const event = fc.oneof(
    fc.record({ kind: fc.constant('prove' as const), artifact }),
    fc.record({ kind: fc.constant('prove-manifests' as const), artifact }),
    fc.record({ kind: fc.constant('lose' as const), artifact, phase: fc.constantFrom('planned', 'waiting', 'failed') }),
    fc.record({ kind: fc.constantFrom('denounce', 'plan', 'ask', 'ask') }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(100, 1500, 20_000, minutes(2), minutes(7)) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      const scene = await openScene();
      for (const one of events) {
        if (one.kind === 'wait' && 'ms' in one) scene.clock.advance(one.ms / 1000);
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
        if (told === 'open') expect(stored).toBe('open');
      }
      scene.clock.advance(15);
      expect(await scene.judge(scene.remembered)).toBe(await scene.judge(scene.direct));
    }),
  );
});

import fc from 'fast-check';
import { artifactName } from '../../../shared/model/artifact.js';
import { verifyRegistry } from '../../../shared/warming/verify-registry.js';
import type { VerifyTask } from '../../../shared/warming/verify-registry-ports.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import { hours } from '../../support/builders.js';
import type { FakeCachingRegistry } from '../../support/fakes/fake-registry.js';
import type { FakeSubscription } from '../../support/fakes/fake-subscription.js';
import { MortalWorkers } from '../../support/fakes/mortal-workers.js';
import {
  artifactsOf,
  finishRound,
  indexRegistry,
  registryKey,
  roundTask,
  warmRegistry,
} from '../../support/warm-registry.js';

/** Two clocks are at most twice this apart, which is what `clockSkewMs` allows. */
const mostSkewMs = 150_000;
const artifacts = artifactsOf(3);

const numbers = fc.nat(1000);
const skews = fc.integer({ min: -mostSkewMs, max: mostSkewMs });
const action = fc.oneof(
  { weight: 16, arbitrary: fc.record({ kind: fc.constant('release' as const), choice: numbers }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin' as const), skew: skews }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('message' as const), skew: skews }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 9000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), choice: numbers }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('prove' as const), choice: numbers, skew: skews }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('step' as const), choice: numbers }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), choice: numbers }) },
);
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

/** The truth beside the records: when each artifact was in the registry for the last time. */
class Truth {
  readonly #lastHeld = new Map<string, number>();

  constructor(
    private readonly azure: FakeSubscription,
    private readonly cache: FakeCachingRegistry,
  ) {}

  async look(): Promise<void> {
    for (const [name, { state }] of await this.azure.states.list(registryKey)) {
      if (this.cache.holdsTree(state.cachedRepository, state.tag, state.digest, state.children))
        this.#lastHeld.set(name, this.azure.clock.now().getTime());
    }
  }

  /** Claims that an artifact was seen after it was there for the last time. */
  lies(states: Iterable<ArtifactState>): readonly string[] {
    return [...states].flatMap((state) => {
      const claimed = state.provenAt?.getTime() ?? Number.NEGATIVE_INFINITY;
      const name = artifactName(state);
      return claimed > (this.#lastHeld.get(name) ?? 0) + mostSkewMs ? [`${name} at ${claimed}`] : [];
    });
  }
}

/** Somebody looks at one artifact by itself, in no time. */
async function prove(azure: FakeSubscription, cache: FakeCachingRegistry, choice: number, skew: number): Promise<void> {
  const all = [...(await azure.states.list(registryKey)).values()];
  const stored = all[choice % all.length];
  if (!stored) return;
  const { state, etag } = stored;
  for (const reference of [state.tag, ...state.children]) await cache.get(state.cachedRepository, reference);
  const provenAt = new Date(azure.clock.now().getTime() + skew);
  await azure.states.save([
    { state: { ...state, phase: 'proven', step: state.step + 1, provenAt, dueAt: provenAt }, etag },
  ]);
}

/** A look that failed for now: the record changes, its proof stays. */
async function step(azure: FakeSubscription, choice: number): Promise<void> {
  const all = [...(await azure.states.list(registryKey)).values()];
  const stored = all[choice % all.length];
  if (stored) await azure.states.save([{ state: { ...stored.state, step: stored.state.step + 1 }, etag: stored.etag }]);
}

async function act(
  { azure, cache }: { azure: FakeSubscription; cache: FakeCachingRegistry },
  { workers, truth, lies }: { workers: MortalWorkers; truth: Truth; lies: string[] },
  what: Action,
): Promise<void> {
  const verify = async (task: VerifyTask, skew: number, complete: () => void) => {
    const now = () => new Date(azure.clock.now().getTime() + skew);
    await workers.hire({ ...azure.ports(), now, verifyPolicy: { everyMs: 60_000 } }, async (own) => {
      await verifyRegistry(task, { ...own, verifyQueue: own.gateQueue });
      complete();
    });
  };
  switch (what.kind) {
    case 'release':
      return await workers.release(what.choice);
    case 'begin':
      return await verify(roundTask, what.skew, () => undefined);
    case 'message': {
      const delivery = azure.gateQueue.receive();
      if (delivery?.message.kind === 'verify-registry')
        await verify(delivery.message, what.skew, () => void delivery.complete());
      return;
    }
    case 'read':
      return void (await workers.hire(azure.ports(), async (own) => {
        const states = await indexRegistry(registryKey, own);
        await truth.look();
        lies.push(...truth.lies(states.values()));
      }));
    case 'pass':
      return azure.clock.advance(what.seconds);
    case 'delete':
      return cache.evict(`aks-managed-repository/${artifacts[what.choice % artifacts.length]?.repository ?? ''}`);
    case 'prove':
      return await prove(azure, cache, what.choice, what.skew);
    case 'step':
      return await step(azure, what.choice);
    case 'kill':
      return workers.kill(what.choice);
  }
}

test('rounds at once, with clocks apart, that die anywhere never claim to have seen what was gone, and a calm one settles all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 200, size: 'large' }), async (actions) => {
      const world = await warmRegistry(artifacts);
      const { azure, cache } = world;
      const play = { workers: new MortalWorkers(), truth: new Truth(azure, cache), lies: [] };
      await play.truth.look();
      for (const what of actions) {
        await act(world, play, what);
        await play.truth.look();
        const states = await indexRegistry(registryKey, azure);
        expect([...play.lies, ...play.truth.lies(states.values())]).toEqual([]);
      }
      play.workers.killAll();
      azure.clock.advance(hours(5) / 1000);
      await finishRound(azure, 200);
      const began = azure.clock.now().getTime() - hours(4);
      for (const state of (await indexRegistry(registryKey, azure)).values()) {
        const isHeld = cache.holdsTree(state.cachedRepository, state.tag, state.digest, state.children);
        if (!isHeld) expect(state).toMatchObject({ phase: 'planned', reason: expect.any(String) as string });
        if (state.phase === 'proven') expect(state.provenAt?.getTime()).toBeGreaterThan(began);
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

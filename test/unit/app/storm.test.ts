import fc from 'fast-check';
import { Application } from '../../../shared/app/application.js';
import { decideTarget } from '../../../shared/gate/decision/decide.js';
import { indexStates } from '../../../shared/gate/evaluate-target.js';
import { SyncError } from '../../../shared/model/errors.js';
import { artifactName } from '../../../shared/model/artifact.js';
import { clusterId, clusterOf, gateId, gateOf, policy, runOf, target } from '../../support/builders.js';
import { Chance } from '../../support/chance.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';
import type { MemoryQueue } from '../../support/fakes/memory-queue.js';
import { MortalWorkers } from '../../support/fakes/mortal-workers.js';

const names = ['one', 'two', 'three'] as const;
const longestStorm = 2000;

/** Two clusters share a registry, a third has its own; one Fleet gate waits for the first two. */
function arrange(chance: Chance): FakeSubscription {
  const azure = new FakeSubscription();
  for (const name of ['shared', 'own']) {
    const cache = azure.addRegistry(name);
    cache.cachingSeconds = (_repository, digest) => parseInt(digest.slice(7, 9), 16) % 60;
    cache.fault = () => failSometimes(chance);
  }
  azure.addCluster(clusterOf('one', 'shared'));
  azure.addCluster(clusterOf('two', 'shared', { properties: { networkProfile: { networkPlugin: 'none' } } }));
  azure.addCluster(clusterOf('three', 'own'));
  azure.fleets.putRun(runOf([clusterId('one'), clusterId('two')]));
  azure.fleets.putGate(gateOf());
  azure.mar.fault = () => {
    if (chance.share(0.02)) throw new SyncError('REGISTRY_THROTTLED', 'MAR: 429', { retryAfterSeconds: 3 });
  };
  azure.clusters.fault = azure.fleets.fault = () => {
    if (chance.share(0.02)) throw new SyncError('ARM_UNAVAILABLE', 'ARM: 429', { retryAfterSeconds: 5 });
  };
  return azure;
}

function failSometimes(chance: Chance): void {
  if (!chance.share(0.05)) return;
  const codes = ['REGISTRY_THROTTLED', 'UPSTREAM_UNAVAILABLE', 'REGISTRY_UNAVAILABLE', 'REGISTRY_FORBIDDEN'] as const;
  throw new SyncError(codes[chance.below(4)] ?? 'REGISTRY_THROTTLED', 'a fault');
}

function calmDown(azure: FakeSubscription): void {
  for (const cache of azure.caches.values()) cache.fault = () => undefined;
  azure.mar.fault = azure.clusters.fault = azure.fleets.fault = () => undefined;
}

/** One thing that happens: mostly somebody works, sometimes something goes wrong. */
async function act(azure: FakeSubscription, workers: MortalWorkers, chance: Chance): Promise<void> {
  const ports = azure.ports();
  const queues: readonly Pick<MemoryQueue<never>, 'duplicate' | 'lose' | 'expireLeases'>[] = [
    azure.planQueue,
    azure.warmQueue,
    azure.gateQueue,
  ];
  const queue = queues[chance.below(3)];
  const luck = chance.below(1000);
  if (luck < 740) await workers.release(chance.below(1000));
  else if (luck < 920) await deliver(azure, workers, chance);
  else if (luck < 970) azure.clock.advance(1 + chance.below(30));
  else if (luck < 980) workers.kill(chance.below(1000));
  else if (luck < 983) queue?.duplicate(chance.below(1000));
  else if (luck < 989) queue?.lose(chance.below(1000));
  else if (luck < 991) queue?.expireLeases();
  else if (luck < 995)
    await workers.hire(ports, async (own) => void (await new Application(own).reconcile().catch(ignore)));
  else await workers.hire(ports, (own) => newVersion(own, names[chance.below(3)] ?? 'one'));
}

function ignore(error: unknown): void {
  if (!(error instanceof SyncError)) throw error;
}

async function newVersion(ports: ReturnType<FakeSubscription['ports']>, name: string): Promise<void> {
  const { resource } = clusterOf(name);
  await new Application(ports).syncCluster(resource).catch(ignore);
}

/** A worker takes a message, works on it, and only then completes it. */
async function deliver(azure: FakeSubscription, workers: MortalWorkers, chance: Chance): Promise<void> {
  const choice = chance.below(1000);
  const kind = chance.below(8);
  const hire = async <Message>(
    queue: MemoryQueue<Message>,
    work: (app: Application, message: Message, deliveries: number) => Promise<string>,
  ) => {
    const delivery = queue.receive(choice);
    if (!delivery) return;
    await workers.hire(azure.ports(), async (ports, pause) => {
      try {
        await work(new Application(ports), delivery.message, delivery.deliveries);
        await pause();
        delivery.complete();
      } catch (error) {
        ignore(error);
        delivery.abandon();
      }
    });
  };
  if (kind === 0) await hire(azure.planQueue, (app, task, deliveries) => app.plan(task, deliveries));
  else if (kind === 1) await hire(azure.gateQueue, (app, task) => app.evaluate(task));
  else await hire(azure.warmQueue, (app, task, deliveries) => app.warm(task, deliveries));
}

/** Every gate that says open must be right: the registries hold each required manifest at the proven digest. */
async function lies(azure: FakeSubscription): Promise<readonly string[]> {
  const found: string[] = [];
  for (const record of await azure.targets.list()) {
    const plan = record.planned;
    if (!plan) continue;
    const states = await indexStates(plan.registry, azure.states);
    if (decideTarget(record, states, azure.clock.now(), policy, undefined).decision !== 'open') continue;
    for (const artifact of plan.set.artifacts) {
      const state = states.get(artifactName(artifact));
      const cache = azure.caches.get(plan.loginServer);
      const isThere =
        state && cache?.holdsTree(state.cachedRepository, state.tag, state.digest, state.children) === true;
      if (!isThere) found.push(`${record.clusterId}: ${artifactName(artifact)}`);
    }
  }
  return found;
}

async function openTargets(azure: FakeSubscription): Promise<readonly string[]> {
  const { clusters } = await new Application(azure.ports()).status();
  return clusters.flatMap(({ name, targets }) =>
    targets
      .filter(({ decision }) => decision === 'open')
      .map(({ kubernetesVersion }) => `${name} ${kubernetesVersion}`),
  );
}

interface Storm {
  readonly seed: number;
  readonly tags: 'stay' | 'move';
}

/** Points a tag of MAR at new content, so that pins and proofs of it are of yesterday. */
async function moveTag(azure: FakeSubscription, chance: Chance): Promise<void> {
  const records = await azure.targets.list();
  const artifacts = records[0]?.planned?.set.artifacts ?? [];
  const moved = artifacts[chance.below(Math.max(artifacts.length, 1))];
  if (moved) azure.mar.put(moved.repository, moved.tag, `${artifactName(moved)}#${chance.below(1000)}`);
}

/** A tag that moves leaves proofs of the digest that it had; with tags that stay, no gate is ever wrong. */
async function rage({ tags }: Storm, azure: FakeSubscription, workers: MortalWorkers, chance: Chance): Promise<void> {
  for (let action = chance.below(longestStorm); action > 0; action -= 1) {
    await act(azure, workers, chance);
    if (tags === 'move' && chance.share(0.003)) await moveTag(azure, chance);
    if (tags === 'stay') expect(await lies(azure)).toEqual([]);
  }
  workers.killAll();
}

/** Whether a Fleet gate of the clusters one and two may be approved now. */
async function judgeApproval(azure: FakeSubscription, { tags }: Storm): Promise<string> {
  const [open, wrong] = await Promise.all([openTargets(azure), lies(azure)]);
  const closed = ['one', 'two'].filter((name) => !open.includes(`${name} ${target}`));
  if (tags === 'move') return 'right';
  return closed.length + wrong.length === 0 ? 'right' : `closed: ${closed.join(', ')}; wrong: ${wrong.join(', ')}`;
}

const requestsOf = (azure: FakeSubscription): number =>
  [...azure.caches.values()].reduce((sum, cache) => sum + cache.requests, 0);

test('in a storm of dying workers and lost, doubled and reordered messages no gate lies, and in the calm after it all open', async () => {
  const storms = fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    tags: fc.constantFrom('stay' as const, 'move' as const),
  });
  await fc.assert(
    fc.asyncProperty(storms, async (storm) => {
      const chance = new Chance(storm.seed);
      const azure = arrange(chance);
      const approvals: Promise<string>[] = [];
      azure.fleets.onApproved = () => void approvals.push(judgeApproval(azure, storm));
      await rage(storm, azure, new MortalWorkers(), chance);
      calmDown(azure);
      const requests = requestsOf(azure);
      await azure.pass(3 * 3600);
      expect(await openTargets(azure)).toEqual(
        names.toSorted().flatMap((name) => [`${name} ${clusterOf().kubernetesVersion}`, `${name} ${target}`]),
      );
      expect(await lies(azure)).toEqual([]);
      expect((await azure.fleets.getGate(gateId()))?.state).toBe('Completed');
      expect(await Promise.all(approvals)).toEqual(['right']);
      // Nothing is left over, and what was doubled did not multiply: 50 artifacts of up to three manifests.
      expect([azure.planQueue.messages, azure.warmQueue.messages, azure.gateQueue.messages]).toEqual([[], [], []]);
      expect(azure.warmQueue.mostHeld).toBeLessThan(50 * 6);
      expect(requestsOf(azure) - requests).toBeLessThan(50 * 3 * 6);
    }),
    { numRuns: 14, endOnFailure: true },
  );
});

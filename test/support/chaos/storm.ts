import { Application } from '../../../shared/app/application.js';
import { SyncError } from '../../../shared/model/errors.js';
import { clusterId, clusterOf, gateId, gateOf } from '../builders.js';
import type { Chance } from '../chance.js';
import type { MemoryQueue } from '../fakes/memory-queue.js';
import { clusterNames, clusterWith, type ChaosAzure } from './chaos-azure.js';
import { StorageFault } from './faulty-ports.js';
import type { Instances } from './instances.js';
import type { Weather } from './weather.js';

const mostGates = 8;
/** More stops than any message has. */
const wholeWork = 2000;

/** What a storm rages in. */
export interface Scene {
  readonly azure: ChaosAzure;
  readonly weather: Weather;
  readonly chance: Chance;
  readonly instances: Instances;
  /** Errors that are no failure an operator could act on: bugs. */
  readonly bugs: unknown[];
  /** Fleet gates that were reached, all of them about the same clusters. */
  readonly gates: Set<string>;
  /** When a cluster's facts changed, by its name, in ms. */
  readonly changedAt: Map<string, number>;
}

/** One thing that happens: mostly somebody works, sometimes time passes or an event comes. */
export async function work(scene: Scene): Promise<void> {
  const { azure, chance, instances } = scene;
  const luck = chance.below(1000);
  if (luck < 120) await instances.workers.release(chance.below(1000));
  else if (luck < 300) await instances.workers.runOn(chance.below(1000), 1 + chance.below(150));
  else if (luck < 400) await deliver(scene, 0);
  else if (luck < 860) await deliver(scene, wholeWork);
  else if (luck < 960) azure.clock.advance(1 + chance.below(30));
  else if (luck < 965) azure.clock.advance(60 + chance.below(900));
  else if (luck < 978) await run(scene, (app) => app.reconcile());
  else if (luck < 985) await event(scene, (app) => app.syncCluster(clusterOf(chance.one(clusterNames)).resource));
  else {
    const id = reachGate(scene);
    await event(scene, (app) => app.considerFleetGate(id));
  }
}

/** The update run reaches one of its gates, for the first time or once more. */
function reachGate({ azure, chance, gates }: Scene): string {
  const id = gateId(`g${chance.below(mostGates)}`);
  if (!gates.has(id)) azure.fleets.putGate(gateOf({ id }));
  gates.add(id);
  return id;
}

/** Event Grid promises at least once, and the app must live with less. */
async function event(scene: Scene, happen: (app: Application) => Promise<unknown>): Promise<void> {
  if (scene.weather.strikes('event lost')) return;
  await run(scene, happen);
  if (scene.weather.strikes('event doubled')) await run(scene, happen);
}

async function run(scene: Scene, happen: (app: Application) => Promise<unknown>): Promise<void> {
  await scene.instances.hire(async (ports) => {
    await happen(new Application(ports)).catch((error: unknown) => judge(error, scene));
  });
}

/** What fails as things may fail; anything else is a bug. */
function judge(error: unknown, { bugs }: Scene): void {
  if (!(error instanceof SyncError) && !(error instanceof StorageFault)) bugs.push(error);
}

/**
 * A worker takes a message, works on it, and only then completes it.
 * @param stops so far it gets before anybody else goes on
 */
async function deliver(scene: Scene, stops: number): Promise<void> {
  const { azure, chance, instances } = scene;
  const choice = chance.below(1000);
  const hire = async <Message>(
    queue: MemoryQueue<Message>,
    take: (app: Application, message: Message, deliveries: number) => Promise<string>,
  ) => {
    const delivery = queue.receive(choice);
    if (!delivery) return;
    const worker = await instances.hire(async (ports, pause) => {
      try {
        await take(new Application(ports), delivery.message, delivery.deliveries);
        await pause();
        delivery.complete();
      } catch (error) {
        judge(error, scene);
        delivery.abandon();
      }
    });
    await instances.workers.runWorkerOn(worker, stops);
  };
  const kind = chance.below(8);
  if (kind === 0) await hire(azure.planQueue, (app, task, deliveries) => app.plan(task, deliveries));
  else if (kind === 1) await hire(azure.gateQueue, (app, task) => app.evaluate(task));
  else await hire(azure.warmQueue, (app, task, deliveries) => app.warm(task, deliveries));
}

/** What goes wrong by itself between two steps of anybody. */
export async function mischief(scene: Scene): Promise<void> {
  const { azure, weather, chance, instances } = scene;
  const queue: Pick<MemoryQueue<never>, 'duplicate' | 'lose' | 'expireLeases'> = chance.one([
    azure.planQueue,
    azure.warmQueue,
    azure.gateQueue,
  ]);
  if (weather.strikes('message duplicated')) queue.duplicate(chance.below(1000));
  if (weather.strikes('message lost')) queue.lose(chance.below(1000));
  if (weather.strikes('message seen by two workers')) queue.expireLeases();
  if (weather.strikes('worker killed')) instances.workers.kill(chance.below(1000));
  if (weather.strikes('instance recycled')) instances.recycle();
  if (weather.strikes('MAR is down')) weather.begin('MAR is down', '', 300 + chance.below(3000));
  azure.truth.setMar(weather.lasts('MAR is down', ''));
  if (weather.strikes('tag moved at MAR')) moveTag(scene);
  if (weather.strikes('cluster changed')) changeCluster(scene);
  if (weather.strikes('cached repository deleted')) deleteRepository(scene);
}

/** Points a tag of MAR at new content; some edges of MAR go on naming the old for a while. */
function moveTag({ azure, chance, weather, instances }: Scene): void {
  const repository = chance.one(azure.local.mar.repositories());
  const tag = chance.one(azure.local.mar.tags(repository) ?? []);
  const old = azure.local.mar.tree(repository, tag)?.root.digest;
  azure.local.mar.moveTag(repository, tag);
  azure.truth.harm(undefined, repository);
  const artifact = `${repository}:${tag}`;
  const lie = 'MAR serves yesterday for five minutes';
  if (old === undefined || !weather.strikes(lie)) return;
  instances.yesterday.set(artifact, old);
  weather.begin(lie, artifact, 300);
}

function deleteRepository({ azure, chance }: Scene): void {
  const [loginServer, cache] = chance.one([...azure.local.caches]);
  const stored = [...cache.stored().keys()];
  if (stored.length === 0) return;
  const repository = chance.one(stored);
  cache.store.delete(repository);
  azure.truth.harm(loginServer, repository);
}

/** A cluster gets nodes of another processor, or loses them: another set. */
function changeCluster({ azure, chance, changedAt }: Scene): void {
  const name = chance.one(clusterNames);
  azure.putCluster(clusterWith(name, chance.one(['amd64', 'both'])));
  changedAt.set(clusterId(name), azure.clock.now().getTime());
}

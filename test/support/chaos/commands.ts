import fc from 'fast-check';
import { Application } from '../../../shared/app/application.js';
import { SyncError } from '../../../shared/model/errors.js';
import { clusterOf } from '../builders.js';
import { Chance } from '../chance.js';
import { ChaosAzure, clusterNames } from './chaos-azure.js';
import { faultyFetch } from './faulty-fetch.js';
import { faultyPorts } from './faulty-ports.js';
import { compare, parts, type Model, type ModelCommand, type Part, type Real } from './model.js';

/** The reconcile timer of the app fires this often. */
const timerSeconds = 300;

/** A command that is always possible; the model and the world change, and then are compared. */
function command(name: string, change: (model: Model) => void, happen: (real: Real) => Promise<void>): ModelCommand {
  return {
    check: () => true,
    run: async (model, real) => {
      change(model);
      await happen(real);
      await compare(model, real);
    },
    toString: () => name,
  };
}

/** A trouble: what was sure is not any more. */
function trouble(name: string, happen: (real: Real) => Promise<void>): ModelCommand {
  return command(
    name,
    (model) => {
      model.calmSeconds = 0;
    },
    happen,
  );
}

const sync = fc.constantFrom(...clusterNames).map((name) =>
  command(
    `ask for ${name}`,
    (model) => {
      if (!model.known.has(name)) model.calmSeconds = 0;
      if (!model.broken.has('ARM answers 5xx')) model.known.add(name);
    },
    async ({ ports }) => {
      await new Application(ports).syncCluster(clusterOf(name).resource).catch(tolerate);
    },
  ),
);

const pass = fc.constantFrom(20, 90, 600, 3600, 2 * 3600).map((seconds) =>
  command(
    `${seconds} s pass`,
    (model) => {
      const { elapsedSeconds: before, broken } = model;
      model.elapsedSeconds += seconds;
      const hasFired = Math.floor(before / timerSeconds) < Math.floor(model.elapsedSeconds / timerSeconds);
      if (hasFired && !broken.has('ARM answers 5xx')) for (const name of clusterNames) model.known.add(name);
      model.calmSeconds = broken.size === 0 ? model.calmSeconds + seconds : 0;
      const isFlowing = (['MAR is down', 'caching fails in silence', 'registry answers 5xx'] as const).every(
        (part) => !broken.has(part),
      );
      if (isFlowing) model.isBarren = false;
    },
    async ({ azure, ports }) => await azure.pass(seconds, ports),
  ),
);

const breaking = fc.constantFrom(...parts).map((part) =>
  command(
    `from now on ${part}`,
    (model) => {
      model.calmSeconds = 0;
      model.broken.add(part);
    },
    async ({ azure }) => setPart(azure, part, 'always'),
  ),
);

const repair = fc.constantFrom(...parts).map((part) =>
  command(
    `no longer ${part}`,
    (model) => void model.broken.delete(part),
    async ({ azure }) => setPart(azure, part, 'by chance'),
  ),
);

const moveTag = fc.nat().map((choice) =>
  trouble(`tag ${choice} moves at MAR`, async ({ azure }) => {
    const { mar } = azure.local;
    const tags = mar
      .repositories()
      .flatMap((repository) => (mar.tags(repository) ?? []).map((tag) => ({ repository, tag })));
    const { repository = '', tag = '' } = tags[choice % tags.length] ?? {};
    mar.moveTag(repository, tag);
    azure.truth.harm(undefined, repository);
  }),
);

const deleteRepository = fc.nat().map((choice) =>
  trouble(`repository ${choice} is deleted`, async ({ azure }) => {
    const stored = [...azure.local.caches].flatMap(([loginServer, { store }]) =>
      store.entries().map(([repository]) => ({ loginServer, repository, store })),
    );
    const found = stored[choice % Math.max(stored.length, 1)];
    if (!found) return;
    found.store.delete(found.repository);
    azure.truth.harm(found.loginServer, found.repository);
  }),
);

const loseMessages = fc.constantFrom('lost', 'doubled').map((what) =>
  trouble(`all messages are ${what}`, async ({ azure }) => {
    for (const queue of [azure.planQueue, azure.warmQueue, azure.gateQueue]) {
      const count = queue.messages.length;
      for (let index = 0; index < count; index += 1) if (what === 'lost') queue.lose(0);
      if (what === 'doubled') for (let index = 0; index < count; index += 1) queue.duplicate(index);
    }
  }),
);

function setPart(azure: ChaosAzure, part: Part, how: 'always' | 'by chance'): void {
  if (part === 'MAR is down') azure.truth.setMar(how === 'always');
  else azure.weather.force(part, how);
}

function tolerate(error: unknown): void {
  if (!(error instanceof SyncError)) throw error;
}

export const commands = [sync, pass, pass, pass, breaking, repair, repair, moveTag, deleteRepository, loseMessages];

/** A world in which nothing has happened yet. */
export function begin(seed: number): { readonly model: Model; readonly real: Real } {
  const chance = new Chance(seed);
  const azure = new ChaosAzure(seed, chance);
  const { weather, clock, ledgers } = azure;
  const fetcher = faultyFetch(azure.local.fetch, weather, chance, new Map());
  const ports = { ...azure.ports(), ...azure.clients(fetcher, clock.now, ledgers) };
  return {
    model: { known: new Set(), elapsedSeconds: 0, calmSeconds: 0, broken: new Set(), isBarren: true },
    real: { azure, ports: faultyPorts(ports, weather, chance, new Map()) },
  };
}

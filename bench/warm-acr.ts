/**
 * What warming moves and how long it takes where the registry caches by itself: the built app on the local Azure, one cluster, an
 * empty registry. Exit code 1 when an expectation fails.
 * Usage: `npm run bench:warm-acr [-- verify-delay-seconds]`; unless told, the delay is the slowest caching of the registry.
 */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Dice } from '../local/azure/dice.js';
import { loadScenario } from '../local/azure/scenario-file.js';
import type { Scenario } from '../local/azure/scenario.js';
import { Storage } from '../shared/azure/storage.js';
import { TableArtifactStates } from '../shared/azure/table-artifact-states.js';
import type { ArtifactState } from '../shared/warming/state.js';
import { openBench, type Bench } from '../test/support/e2e/bench.js';

/** Real images are larger, mostly: what is moved does not grow with them. */
const layerBytes = 4 * 1024 ** 2;
const importSeconds: [number, number] = [30, 150];
const mostShare = 0.01;
const mostOfSlowest = 1.15;
const verifyDelaySeconds = Number(process.argv[2] ?? importSeconds[1]);

interface Line {
  readonly what: string;
  readonly value: string;
  readonly isMet?: boolean;
}

/** The first cluster of the default scenario alone. */
async function loadOneCluster(): Promise<Scenario> {
  const scenario = await loadScenario(resolve(import.meta.dirname, '../local/scenarios/default.json'));
  const [cluster] = scenario.clusters;
  if (!cluster) throw new Error('the default scenario has no cluster');
  const registries = scenario.registries.filter(({ name }) => name === cluster.registry);
  return {
    ...scenario,
    name: 'warm-acr',
    registries: registries.map((registry) => ({ ...registry, importSeconds })),
    clusters: [{ ...cluster, nodePulls: [] }],
    fleets: [],
    events: [],
    expect: { clusters: [], updateRuns: [], gates: [] },
  };
}

/** What the app will plan is known after a plan: a first session tells, the second has layers of a realistic size. */
async function run(): Promise<readonly Line[]> {
  const scenario = await loadOneCluster();
  const artifacts = await withBench(scenario, (bench) => planned(bench));
  const layers = artifacts.map(({ repository, tag }) => ({ artifact: `${repository}:${tag}`, bytes: layerBytes }));
  return await withBench({ ...scenario, mar: { ...scenario.mar, layers } }, async (bench) => {
    const startedAt = Date.now();
    await planned(bench);
    const states = await proven(bench, artifacts.length);
    return linesOf(bench, states, startedAt);
  });
}

async function withBench<Result>(scenario: Scenario, work: (bench: Bench) => Promise<Result>): Promise<Result> {
  const never = { RECONCILE_SCHEDULE: '0 0 0 1 1 *', DRIFT_SCHEDULE: '0 0 0 1 1 *', CATALOG_SCHEDULE: '0 0 0 1 1 *' };
  const env = { VERIFY_DELAY_SECONDS: String(verifyDelaySeconds), BUDGET_SHARE_PERCENT: '100', ...never };
  const bench = await openBench({ scenario, env });
  try {
    return await work(bench);
  } finally {
    await bench.close();
  }
}

/** Has everything planned. @returns what is to be warmed, once that does not grow any more */
async function planned(bench: Bench): Promise<readonly ArtifactState[]> {
  await bench.call('/api/sync', {
    method: 'POST',
    headers: { 'x-functions-key': bench.session.host.keys.default, 'content-type': 'application/json' },
    body: '{}',
  });
  let before = 0;
  for (;;) {
    await delay(4000);
    const states = await statesOf(bench);
    if (states.length > 0 && states.length === before) return states;
    before = states.length;
  }
}

async function proven(bench: Bench, count: number): Promise<readonly ArtifactState[]> {
  for (const until = Date.now() + 900_000; Date.now() < until; await delay(1000)) {
    const states = await statesOf(bench);
    if (states.length >= count && states.every(({ phase }) => phase === 'proven')) return states;
  }
  throw new Error('the set did not become warm');
}

async function statesOf({ session }: Bench): Promise<readonly ArtifactState[]> {
  const { connectionString } = session.storage;
  const storage = new Storage({ kind: 'connection-string', connectionString }, () => {
    throw new Error('Azurite needs no credential');
  });
  const table = storage.table('syncArtifacts');
  const states = new TableArtifactStates(table);
  const registries = new Set<string>();
  for await (const entity of table.listEntities<{ registry: string }>()) registries.add(entity.registry);
  const lists = await Promise.all([...registries].map((registry) => states.list(registry)));
  return lists.flatMap((list) => [...list.values()].map(({ state }) => state));
}

function linesOf({ session: { azure } }: Bench, states: readonly ArtifactState[], startedAt: number): readonly Line[] {
  const [registry] = azure.scenario.registries;
  const cache = azure.world.registry(registry?.name ?? '');
  const moved = ['acr', 'data', 'mar'].reduce((sum, service) => sum + azure.requestLog.bytes(service), 0);
  const held = bytesOf(azure.world.mar, states);
  const dice = new Dice(azure.scenario.seed);
  const waits = [...cache.counters.imports.keys()].map((key) =>
    dice.between(importSeconds, 'import', `${registry?.name}/${key}`),
  );
  const slowest = Math.max(...waits);
  const seconds = (Math.max(...states.map(({ provenAt }) => provenAt?.getTime() ?? Infinity)) - startedAt) / 1000;
  const isWarm = states.every(({ repository, tag }) => cache.holdsArtifact(repository, tag));
  return [
    { what: 'artifacts, all in the registry', value: String(states.length), isMet: isWarm },
    { what: 'manifests that the registry cached in the background', value: String(waits.length) },
    { what: 'bytes of the artifacts, MB', value: (held / 1e6).toFixed(0) },
    { what: 'bytes moved by the service, MB', value: (moved / 1e6).toFixed(2) },
    { what: `moved / artifacts (<= ${mostShare})`, value: (moved / held).toFixed(4), isMet: moved / held <= mostShare },
    { what: 'VERIFY_DELAY_SECONDS', value: String(verifyDelaySeconds) },
    { what: 'slowest background caching, s', value: slowest.toFixed(1) },
    { what: 'from empty to proven, s', value: seconds.toFixed(1) },
    {
      what: `proven / slowest caching (<= ${mostOfSlowest})`,
      value: (seconds / slowest).toFixed(3),
      isMet: seconds / slowest <= mostOfSlowest,
    },
  ];
}

function bytesOf(mar: Bench['session']['azure']['world']['mar'], states: readonly ArtifactState[]): number {
  return states.reduce((sum, { repository, tag }) => {
    const tree = mar.tree(repository, tag);
    const manifests = [...(tree?.manifests.values() ?? [])].reduce((all, { body }) => all + body.length, 0);
    const blobs = [...(tree?.blobs.values() ?? [])].reduce((all, { size }) => all + size, 0);
    return sum + manifests + blobs;
  }, 0);
}

const lines = await run();
for (const { what, value, isMet } of lines) {
  const verdict = isMet === undefined ? '' : isMet ? 'ok' : 'FAILED';
  process.stdout.write(`${what.padEnd(58)} ${value.padStart(9)}  ${verdict}\n`);
}
process.exitCode = lines.some(({ isMet }) => isMet === false) ? 1 : 0;

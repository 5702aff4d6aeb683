/**
 * What warming costs: the built app on the local Azure, cold and then warm. Counts are those of the host's log, of Azurite's HTTP
 * servers and of the local registry. Prints a table; exit code 1 when an expectation fails. Usage: npm run build && npm run bench:cost
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TokenCredential } from '@azure/core-auth';
import { openBench, type Bench } from '../test/support/e2e/bench.js';
import { Storage } from '../shared/azure/storage.js';
import { TableArtifactStates } from '../shared/azure/table-artifact-states.js';
import { TableRegistryProofs } from '../shared/azure/table-registry-proofs.js';
import { loadBusyCluster, overridesText } from './cost-scenario.js';

interface Line {
  readonly what: string;
  readonly value: number;
  readonly most?: number;
  readonly least?: number;
}

interface Counts {
  /** Milliseconds in which anything was executed: what an instance is billed for, however much it does at the same time. */
  readonly busyMs: number;
  readonly storage: number;
  readonly operations: ReadonlyMap<string, number>;
  readonly registry: number;
  readonly mar: number;
  readonly invocations: ReadonlyMap<string, { readonly count: number; readonly ms: number }>;
}

/** Longer than a registry takes for an import here, so that an artifact is looked at once while it waits. */
const verifyDelaySeconds = 4;
const importSeconds = [0.5, 2] as const;
const agedMs = 2 * 3_600_000;

async function run(): Promise<readonly Line[]> {
  const scenario = await loadBusyCluster(importSeconds);
  const never = { RECONCILE_SCHEDULE: '0 0 0 1 1 *', DRIFT_SCHEDULE: '0 0 0 1 1 *', CATALOG_SCHEDULE: '0 0 0 1 1 *' };
  const env = { VERIFY_DELAY_SECONDS: String(verifyDelaySeconds), ...never };
  const bench = await openBench({ scenario, env });
  try {
    await storageOf(bench)
      .container('catalog')
      .getBlockBlobClient('overrides.json')
      .upload(overridesText, Buffer.byteLength(overridesText));
    await runTimer(bench, 'refresh-catalog');
    await settle(bench);
    const start = read(bench);
    await runTimer(bench, 'reconcile');
    const { cold, artifacts } = await warm(bench, start);
    const repositories = await countRepositories(bench);
    // The first judgements after a set became warm, and the round that tells of them, are not the steady state.
    for (let rounds = 0; rounds < 2; rounds += 1) {
      await runTimer(bench, 'reconcile');
      await settle(bench);
    }
    const quiet = await measure(bench, () => runTimer(bench, 'reconcile'));
    await ageProofs(bench);
    const round = await measure(bench, () => runTimer(bench, 'reconcile'));
    await mustBeRenewed(bench);
    printOperations(cold);
    return [...coldLines(cold, artifacts, repositories), ...steadyLines(quiet, round)];
  } finally {
    await bench.close();
  }
}

function coldLines(cold: Counts, artifacts: number, repositories: number): readonly Line[] {
  const of = (names: readonly string[], pick: 'count' | 'ms') =>
    names.reduce((sum, name) => sum + (cold.invocations.get(name)?.[pick] ?? 0), 0);
  const all = [...cold.invocations.keys()];
  return [
    { what: 'artifacts of the cluster', value: artifacts, least: 150 },
    { what: 'repositories that hold them', value: repositories },
    { what: 'cold: invocations an artifact', value: of(all, 'count') / artifacts, most: 6 },
    { what: 'cold: storage transactions an artifact', value: cold.storage / artifacts, most: 8 },
    { what: 'cold: execution an artifact, ms of the instance', value: cold.busyMs / artifacts, most: 400 },
    { what: 'cold: execution an artifact, ms of all invocations at once', value: of(all, 'ms') / artifacts },
    { what: 'cold: registry requests an artifact', value: cold.registry / artifacts },
    { what: 'cold: MAR requests an artifact', value: cold.mar / artifacts },
  ];
}

function steadyLines(quiet: Counts, round: Counts): readonly Line[] {
  return [
    { what: 'steady: timer at rest, storage transactions', value: quiet.storage, most: 10 },
    { what: 'steady: timer at rest, registry requests', value: quiet.registry, most: 0 },
    { what: 'steady: round, registry requests', value: round.registry, most: 60 },
    { what: 'steady: round with its timer, storage transactions', value: round.storage, most: 10 },
    { what: 'steady: round, MAR requests', value: round.mar, most: 0 },
  ];
}

async function runTimer({ session }: Bench, name: string): Promise<void> {
  const headers = { 'x-functions-key': session.host.keys.master, 'content-type': 'application/json' };
  const response = await fetch(`${session.host.url}/admin/functions/${name}`, { method: 'POST', headers, body: '{}' });
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
}

/** Waits until all is proven. Asking for the status costs transactions, too: it is asked when nothing moves, and what it cost is left out. */
async function warm(bench: Bench, start: Counts): Promise<{ readonly cold: Counts; readonly artifacts: number }> {
  let asked = 0;
  for (let tries = 0; tries < 20; tries += 1) {
    await settle(bench);
    const cold = minus(read(bench), start);
    const { registries } = await bench.status();
    if (registries.length > 0 && registries.every(({ required, cached }) => required === cached)) {
      const artifacts = registries.reduce((sum, { required }) => sum + required, 0);
      return { cold: { ...cold, storage: cold.storage - asked }, artifacts };
    }
    asked += minus(read(bench), start).storage - cold.storage;
  }
  throw new Error('the set did not become warm');
}

async function measure(bench: Bench, work: () => Promise<void>): Promise<Counts> {
  const start = read(bench);
  await work();
  await settle(bench);
  return minus(read(bench), start);
}

/** Waits until nothing was executed for some seconds. */
async function settle(bench: Bench): Promise<void> {
  for (let quietSeconds = 0; quietSeconds < 6;) {
    const lines = bench.log.filter((line) => line.includes('Executed (')).length;
    await delay(1000);
    const after = bench.log.filter((line) => line.includes('Executed (')).length;
    quietSeconds = after === lines ? quietSeconds + 1 : 0;
  }
}

function read({ session, log }: Bench): Counts {
  const { blob, queue, table } = session.storage.transactions();
  const invocations = new Map<string, { count: number; ms: number }>();
  const spans: (readonly [start: number, end: number])[] = [];
  for (const line of log) {
    const [, name = '', ms = '0'] = / (\S+) [0-9a-f]{8} Executed \(\w+, Duration=(\d+)ms\)/.exec(line) ?? [];
    if (name === '' || name === 'status') continue;
    const end = Date.parse(line.slice(0, 24));
    spans.push([end - Number(ms), end]);
    const known = invocations.get(name) ?? { count: 0, ms: 0 };
    invocations.set(name, { count: known.count + 1, ms: known.ms + Number(ms) });
  }
  return {
    busyMs: lengthOf(spans),
    operations: session.storage.operations(),
    storage: blob + queue + table - session.storage.emptyPolls(),
    registry: session.azure.requestLog.total('acr'),
    mar: session.azure.requestLog.total('mar'),
    invocations,
  };
}

/** Length of the union. */
function lengthOf(spans: readonly (readonly [start: number, end: number])[]): number {
  let length = 0;
  let until = 0;
  for (const [start, end] of [...spans].sort(([a], [b]) => a - b)) {
    length += Math.max(end - Math.max(start, until), 0);
    until = Math.max(until, end);
  }
  return length;
}

function minus(end: Counts, start: Counts): Counts {
  const invocations = [...end.invocations].map(([name, { count, ms }]) => {
    const known = start.invocations.get(name) ?? { count: 0, ms: 0 };
    return [name, { count: count - known.count, ms: ms - known.ms }] as const;
  });
  return {
    busyMs: end.busyMs - start.busyMs,
    operations: new Map([...end.operations].map(([name, count]) => [name, count - (start.operations.get(name) ?? 0)])),
    storage: end.storage - start.storage,
    registry: end.registry - start.registry,
    mar: end.mar - start.mar,
    invocations: new Map(invocations),
  };
}

function storageOf({ session }: Bench): Storage {
  const { connectionString } = session.storage;
  return new Storage({ kind: 'connection-string', connectionString }, noCredential);
}

function storesOf(bench: Bench) {
  const storage = storageOf(bench);
  const table = storage.table('syncArtifacts');
  const proofs = new TableRegistryProofs(storage.table('syncRegistries'));
  return { table, states: new TableArtifactStates(table), proofs };
}

function noCredential(): TokenCredential {
  throw new Error('Azurite needs no credential');
}

/** Hours pass, as far as proofs can tell. */
async function ageProofs(bench: Bench): Promise<void> {
  const { table, states } = storesOf(bench);
  const registries = new Set<string>();
  for await (const entity of table.listEntities<{ registry: string }>()) registries.add(entity.registry);
  for (const registry of registries) {
    const stored = [...(await states.list(registry)).values()];
    const provenAt = new Date(Date.now() - agedMs);
    await states.save(stored.map(({ state, etag }) => ({ state: { ...state, provenAt, dueAt: provenAt }, etag })));
  }
}

async function countRepositories(bench: Bench): Promise<number> {
  const repositories = new Set<string>();
  for await (const { cachedRepository } of storesOf(bench).table.listEntities<{ cachedRepository: string }>())
    repositories.add(cachedRepository);
  return repositories.size;
}

async function mustBeRenewed(bench: Bench): Promise<void> {
  const proofs = [...(await storesOf(bench).proofs.list()).values()];
  if (proofs.some(({ verifiedAt, evidence }) => evidence === 'inventory' && Date.now() - verifiedAt.getTime() < 60_000))
    return;
  throw new Error(`no round took place: ${JSON.stringify(proofs)}`);
}

/** What most transactions of the cold start are; polls of queues that are empty, and the bench's own looks at the status, are among them. */
function printOperations({ operations }: Counts): void {
  const most = [...operations].sort(([, a], [, b]) => b - a).slice(0, 12);
  for (const [name, count] of most) process.stdout.write(`  ${name.padEnd(40)} ${count}\n`);
}

function print(lines: readonly Line[]): number {
  let failed = 0;
  for (const { what, value, most = Infinity, least = 0 } of lines) {
    const isMet = value <= most && value >= least;
    if (!isMet) failed += 1;
    const wanted = least > 0 ? `>= ${least}` : most === Infinity ? '' : `<= ${most}`;
    const verdict = wanted === '' ? '' : `${wanted} ${isMet ? 'ok' : 'FAILED'}`;
    process.stdout.write(`${what.padEnd(60)} ${value.toFixed(2).padStart(9)}  ${verdict}\n`);
  }
  return failed > 0 ? 1 : 0;
}

process.exitCode = print(await run());

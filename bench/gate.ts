/** `npm run bench:gate`: how fast `GET /api/gate` answers, beside a bare answer of the same host. Prints Markdown; exits 1 when it is too slow or wrong. */
import { Storage } from '../shared/azure/storage.js';
import { openBench, type Bench } from '../test/support/e2e/bench.js';
import { loadQuietScenario } from '../test/support/e2e/scenarios.js';
import { loadFromAside, type Latencies } from './gate/open-loop.js';
import { seedFleet, type SeededGate } from './gate/seed.js';

const fleet = { clusters: 100, registries: 10, artifacts: 150, shut: 2 };
const perSecond = 50;
const seconds = 30;
const warmSeconds = 15;
const mostMs = 30;

interface Measured extends Latencies {
  readonly what: string;
  readonly storage: number;
}

/** What timers set in motion is no part of an answer; here they would run every few seconds. */
const never = { RECONCILE_SCHEDULE: '0 0 0 1 1 *', DRIFT_SCHEDULE: '0 0 0 1 1 *', CATALOG_SCHEDULE: '0 0 0 1 1 *' };
const bench = await openBench({ scenario: { ...(await loadQuietScenario()), clusters: [] }, env: never });
try {
  const { connectionString } = bench.session.storage;
  const storage = new Storage({ kind: 'connection-string', connectionString }, () => {
    throw new Error('Azurite needs no credential');
  });
  await bench.status();
  const gates = await seedFleet(fleet, storage);
  await load(bench, gates, 'warm up', warmSeconds);
  const bare = await load(bench, undefined, 'bare answer of the host', seconds);
  const measured = await load(bench, gates, 'GET /api/gate', seconds);
  report([bare, measured]);
  const isFine = measured.p99 <= mostMs && measured.bad === 0 && measured.answers >= perSecond * seconds * 0.95;
  process.exitCode = isFine ? 0 : 1;
} finally {
  await bench.close();
}

async function load(
  { session }: Bench,
  gates: readonly SeededGate[] | undefined,
  what: string,
  duration: number,
): Promise<Measured> {
  const { url, keys } = session.host;
  const asked = gates?.map(({ clusterId, version }) => ({
    path: `/api/gate?${new URLSearchParams({ cluster: clusterId, version }).toString()}`,
    headers: { 'x-functions-key': keys.default },
  })) ?? [{ path: '/admin/host/ping' }];
  const count = () => transactions(session.storage.transactions()) - session.storage.emptyPolls();
  const before = count();
  const right = gates === undefined ? '' : '"decision":"(open|closed)"';
  const latencies = await loadFromAside({ url, perSecond, seconds: duration, asked, right });
  return { what, ...latencies, storage: count() - before };
}

function transactions(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function report([bare, gate]: readonly [Measured, Measured]): void {
  console.log(
    `${fleet.clusters} clusters on ${fleet.registries} registries of ${fleet.artifacts} artifacts, ${fleet.shut} of them not warm yet; ${perSecond} requests/s for ${seconds} s\n`,
  );
  console.log('| asked | answers | p50 ms | p90 ms | p99 ms | longest ms | wrong | storage transactions an answer |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const { what, answers, p50, p90, p99, max, bad, storage } of [bare, gate])
    console.log(
      `| ${what} | ${answers} | ${[p50, p90, p99, max].map((ms) => ms.toFixed(1)).join(' | ')} | ${bad} | ${(storage / Math.max(answers, 1)).toFixed(2)} |`,
    );
  const ratio = (gate.p99 / bare.p99).toFixed(1);
  console.log(`\np99 of the gate: ${gate.p99.toFixed(1)} ms, at most ${mostMs}; ${ratio} times the bare answer`);
}

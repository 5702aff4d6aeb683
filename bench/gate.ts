/** `npm run bench:gate`: how fast `GET /api/gate` answers, beside a bare answer of the same host. Prints Markdown; exits 1 when it is too slow or wrong. */
import autocannon from 'autocannon';
import { Storage } from '../shared/azure/storage.js';
import { openBench, type Bench } from '../test/support/e2e/bench.js';
import { loadQuietScenario } from '../test/support/e2e/scenarios.js';
import { seedFleet, type SeededGate } from './gate/seed.js';

const fleet = { clusters: 100, registries: 10, artifacts: 150, shut: 2 };
const perSecond = 50;
const seconds = 30;
const warmSeconds = 5;
/** Requests on their way at once, at most: of an open loop nobody waits for anybody. */
const connections = 50;
const mostMs = 30;

interface Measured {
  readonly what: string;
  readonly answers: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Answers that were wrong, or none. */
  readonly bad: number;
  readonly storage: number;
}

const bench = await openBench({ scenario: await loadQuietScenario() });
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

/** An open loop: so many requests a second whatever becomes of them; a late answer counts from when it should have been asked for. */
async function load(
  { session }: Bench,
  gates: readonly SeededGate[] | undefined,
  what: string,
  duration: number,
): Promise<Measured> {
  const { url, keys } = session.host;
  const requests = gates?.map(({ clusterId, version }) => ({
    path: `/api/gate?${new URLSearchParams({ cluster: clusterId, version }).toString()}`,
    headers: { 'x-functions-key': keys.default },
  })) ?? [{ path: '/admin/host/ping' }];
  const before = transactions(session.storage.transactions()) - session.storage.emptyPolls();
  const instance = autocannon({
    url,
    connections,
    duration,
    overallRate: perSecond,
    requests,
    verifyBody: (body) => gates === undefined || isDecision(body),
  });
  const result = await instance;
  const bad =
    result.errors + result.timeouts + result.non2xx + (result as unknown as { mismatches: number }).mismatches;
  const { p50, p90, p99, max } = result.latency;
  const storage = transactions(session.storage.transactions()) - session.storage.emptyPolls() - before;
  return { what, answers: result['2xx'], p50, p90, p99, max, bad, storage };
}

function isDecision(body: string | Buffer | undefined): boolean {
  return /"decision":"(open|closed)"/.test(body?.toString() ?? '');
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
      `| ${what} | ${answers} | ${p50} | ${p90} | ${p99} | ${max} | ${bad} | ${(storage / Math.max(answers, 1)).toFixed(2)} |`,
    );
  const ratio = (gate.p99 / Math.max(bare.p99, 1)).toFixed(1);
  console.log(`\np99 of the gate: ${gate.p99} ms, at most ${mostMs}; ${ratio} times the bare answer`);
}

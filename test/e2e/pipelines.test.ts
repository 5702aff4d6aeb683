import { resolve } from 'node:path';
import type { Scenario } from '../../local/azure/scenario.js';
import { openBench, type Bench } from '../support/e2e/bench.js';
import { readPipeline, runPipeline, type Pipeline, type PipelineRun } from '../support/e2e/pipelines.js';
import { loadQuickScenario } from '../support/e2e/scenarios.js';
import { until } from '../support/e2e/until.js';

const variants = ['github-actions', 'github-actions-cli', 'azure-pipelines', 'azure-pipelines-cli'] as const;
type Variant = (typeof variants)[number];

const coredns = 'oss/v2/kubernetes/coredns';
const tag = 'v1.13.1-6';
const stuck = `${coredns}:${tag}`;
const isShut = /\b(unknown|closed)\b/i;

/** For the cluster shop, too, one artifact does not cache by itself: its gate is shut for as long as a test wants it to be. */
async function shutScenario(): Promise<Scenario> {
  const scenario = await loadQuickScenario('never-caches');
  const neverCaches = [...scenario.faults.neverCaches, { registry: 'aksmanagedshop', artifact: stuck }];
  return { ...scenario, faults: { ...scenario.faults, neverCaches } };
}

describe('the pipelines of docs/examples, on a subscription in which one artifact of the cluster data never caches', () => {
  let bench: Bench;
  let warmed: Promise<readonly PipelineRun[]>;

  const idOf = (cluster: string): string => bench.session.azure.world.clusters.get(cluster)?.id ?? '';
  const askGate = (cluster: string) =>
    bench.call(`/api/gate?${new URLSearchParams({ cluster: idOf(cluster), version: '1.35.7' }).toString()}`);
  const pipeline = (variant: Variant, cluster: string): Promise<Pipeline> =>
    readPipeline(resolve('docs/examples', `${variant}.yml`), {
      cluster: idOf(cluster),
      version: '1.35.7',
      SYNC_URL: bench.session.host.url,
      SYNC_RESOURCE_GROUP: 'sync',
      SYNC_APP: 'contoso-sync',
    });
  const run = async (
    variant: Variant,
    cluster: string,
    env: Readonly<Record<string, string>>,
    onOutput: (text: string) => void = () => undefined,
  ): Promise<PipelineRun> => {
    const isCli = variant.endsWith('-cli');
    return await runPipeline(await pipeline(variant, cluster), {
      key: bench.session.host.keys.default,
      env: { SYNC_URL: bench.session.host.url, SYNC_RESOURCE_GROUP: 'sync', SYNC_APP: 'contoso-sync', ...env },
      // The checkout is built already; installing needs a network.
      skip: ['Build it'],
      ...(isCli ? { folder: process.cwd() } : {}),
      onOutput,
    });
  };
  const openShop = (): void => {
    const { world } = bench.session.azure;
    const cache = world.registry('aksmanagedshop');
    const tree = world.mar.tree(coredns, tag);
    if (tree) cache.land(cache.targetOf(coredns) ?? '', [tag], tree);
  };

  beforeAll(async () => {
    bench = await openBench({ scenario: await shutScenario() });
    const patient = { POLL_SECONDS: '1', TIMEOUT_MINUTES: '5', POLL: '1s', TIMEOUT: '5m' };
    const told = new Map<Variant, string>(variants.map((variant) => [variant, '']));
    warmed = Promise.all(
      variants.map((variant) =>
        run(variant, 'shop', patient, (text) => told.set(variant, `${told.get(variant)}${text}`)),
      ),
    );
    warmed.catch(() => undefined);
    await bench.call('/api/sync', { method: 'POST', headers: { 'x-functions-key': bench.session.host.keys.default } });
    await until('every pipeline has met a shut gate', () => [...told.values()].every((text) => isShut.test(text)));
    openShop();
    await until('one artifact of data alone is missing', async () =>
      /"missing":\[{[^{}]*}\]/.test((await askGate('data')).text),
    );
  });
  afterAll(() => bench?.close());

  test.each(variants)('%s blocks while the gate is shut, and upgrades once it is open', async (variant) => {
    const { log, code, az } = (await warmed)[variants.indexOf(variant)] ?? { log: '', code: -1, az: [] };
    expect([code, log]).toEqual([
      0,
      expect.stringMatching(/(unknown|closed)[^]*(open, \d+ of \d+|OPEN: shop may upgrade)/i),
    ]);
    const [, , subscription, , group] = idOf('shop').split('/');
    const upgrade = `aks upgrade --subscription ${subscription} --resource-group ${group} --name shop --kubernetes-version 1.35.7 --yes`;
    expect(az).toEqual([
      expect.stringMatching(/^functionapp keys list --resource-group sync --name contoso-sync /),
      `${upgrade} --only-show-errors`,
    ]);
  });

  test.each(variants)(
    '%s does not upgrade when the gate is not open in time, and prints what is missing',
    async (variant) => {
      const { log, code, az } = await run(variant, 'data', { TIMEOUT_MINUTES: '0', TIMEOUT: '2s', POLL: '1s' });
      expect(code).toBe(3);
      expect(log).toMatch(/CLOSED\b.* data must not upgrade to 1\.35\.7 yet/);
      expect(log).toContain(stuck);
      expect(log.replace(/\s+$/, '').split('\n').at(-1)).toMatch(
        /^(Not open within 2 s|.*Upgrade held: the gate is not open after 0)/,
      );
      expect(az).toHaveLength(1);
    },
  );

  test.each(variants)('%s fails, and does not upgrade, when the key is refused', async (variant) => {
    const pipelineRead = await pipeline(variant, 'shop');
    const { log, code, az } = await runPipeline(pipelineRead, {
      key: 'not-the-key',
      env: { SYNC_URL: bench.session.host.url, SYNC_RESOURCE_GROUP: 'sync', SYNC_APP: 'contoso-sync' },
      skip: ['Build it', 'Ask for the plan'],
      ...(variant.endsWith('-cli') ? { folder: process.cwd() } : {}),
    });
    expect([code, log]).toEqual([
      1,
      expect.stringMatching(/refuses the (question|key) \(401\): (check SYNC_URL and SYNC_KEY|it is wrong)/),
    ]);
    expect(az).toHaveLength(1);
  });

  test.each(['github-actions', 'azure-pipelines'] as const)(
    '%s ends with 1 when the app cannot be reached',
    async (variant) => {
      const { log, code, az } = await runPipeline(await pipeline(variant, 'shop'), {
        key: 'any',
        env: {
          SYNC_URL: 'http://127.0.0.1:1',
          SYNC_RESOURCE_GROUP: 'sync',
          SYNC_APP: 'contoso-sync',
          TIMEOUT_MINUTES: '0',
        },
        skip: ['Ask for the plan'],
      });
      expect([code, log]).toEqual([
        1,
        expect.stringMatching(/no answer \(000\)[^]*could not be asked for 0 minutes \(last: 000\)\n$/),
      ]);
      expect(az).toHaveLength(1);
    },
  );

  test.each(variants)('%s is not cancelled while it waits and upgrades as long as it may', async (variant) => {
    const { env, jobMinutes } = await pipeline(variant, 'shop');
    const waits = Number(env['TIMEOUT_MINUTES'] ?? Number(env['TIMEOUT']?.replace(/h$/, '')) * 60);
    expect(jobMinutes).toBeGreaterThanOrEqual(waits + 120);
  });

  test('both kinds of pipeline run the same shell', async () => {
    const [github, azure] = await Promise.all([
      pipeline('github-actions', 'shop'),
      pipeline('azure-pipelines', 'shop'),
    ]);
    for (const name of ['Ask for the plan', 'Wait for the gate', 'Upgrade'])
      expect(azure.steps.find((step) => step.name === name)?.script).toBe(
        github.steps.find((step) => step.name === name)?.script,
      );
  });
});

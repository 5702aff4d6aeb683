import { openBench, type Answer, type Bench } from '../support/e2e/bench.js';
import { loadQuietScenario } from '../support/e2e/scenarios.js';

const subscription = '/subscriptions/11111111-2222-3333-4444-555555555555';
const cluster = `${subscription}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c1`;
const registry = `${subscription}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/r1`;

describe('bad HTTP requests to a running app', () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench({ scenario: await loadQuietScenario(), env: { RECONCILE_SCHEDULE: '0 0 0 1 1 *' } });
  });
  afterAll(() => bench?.close());

  const expectProblem = ({ status, contentType, text, json }: Answer, wantedStatus: number, detail: RegExp): void => {
    expect([status, contentType]).toEqual([wantedStatus, 'application/problem+json']);
    expect(json).toMatchObject({
      status: wantedStatus,
      title: expect.stringMatching(/^[A-Z_]+$/) as string,
      detail: expect.stringMatching(detail) as string,
      advice: expect.any(String) as string,
    });
    expect(text).not.toMatch(/node_modules|\.js:\d|\.ts:\d/);
  };

  test.each([
    ['no JSON', '{"clusterId":', 400, /no JSON/],
    ['a list', '[]', 400, /the document/],
    ['a field that does not exist', '{"cluster":"x"}', 400, /cluster/],
    ['a cluster id that is none', '{"clusterId":"contoso"}', 400, /^clusterId: /],
    ['the id of a registry', `{"clusterId":"${registry}"}`, 400, /^clusterId: /],
    ['a version that is none', '{"kubernetesVersion":"latest"}', 400, /^kubernetesVersion: /],
    ['a flag that is a text', '{"dryRun":"yes"}', 400, /^dryRun: /],
    ['a cluster that does not exist', `{"clusterId":"${cluster}"}`, 404, /c1/],
  ])('POST /api/sync with %s is answered with a problem that names the field', async (_what, body, status, detail) => {
    expectProblem(await bench.call('/api/sync', { method: 'POST', body }), status, detail);
  });

  test('POST /api/sync for a version older than the cluster changes nothing', async () => {
    const clusterId = bench.session.azure.world.clusters.get('payments')?.id;
    const body = JSON.stringify({ clusterId, kubernetesVersion: '1.30.0' });
    expectProblem(await bench.call('/api/sync', { method: 'POST', body }), 400, /^kubernetesVersion: .*older/);
    expect((await bench.status()).clusters.flatMap(({ targets }) => targets)).toEqual([]);
  });

  test.each([
    ['nothing', '', /^cluster: is missing.*version: is missing/],
    ['a cluster id that is none', 'cluster=contoso&version=1.35.7', /^cluster: /],
    ['a version that is none', `cluster=${cluster}&version=1.35`, /^version: /],
    ['a word for strict', `cluster=${cluster}&version=1.35.7&strict=1`, /^strict: must be true or false/],
    ['a hostile cluster id', 'cluster=%3Cscript%3E%00&version=1.35.7', /^cluster: /],
  ])('GET /api/gate with %s is answered with a problem that names the parameter', async (_what, query, detail) => {
    expectProblem(await bench.call(`/api/gate?${query}`), 400, detail);
  });

  test('a gate that nobody ever asked for is unknown, and never open', async () => {
    const { status, json } = await bench.call(`/api/gate?cluster=${cluster}&version=1.35.7&strict=true`);
    expect([status, json]).toEqual([409, expect.objectContaining({ decision: 'unknown', missing: [] })]);
  });

  test.each([
    ['GET', '/api/status'],
    ['GET', '/api/gate'],
    ['GET', '/api/dashboard'],
    ['POST', '/api/sync'],
  ])('%s %s wants a key of the host', async (method, path) => {
    const { eventGrid } = bench.session.host.keys;
    const wrong = [{}, { 'x-functions-key': 'wrong' }, { 'x-functions-key': eventGrid }];
    const answers = await Promise.all(wrong.map((headers) => bench.call(path, { method, headers })));
    expect(answers.map(({ status, text }) => [status, text])).toEqual(wrong.map(() => [401, '']));
  });
});

import { loadCatalog } from '../../../shared/catalog/catalog.js';
import type { CatalogDescription } from '../../../shared/catalog/describe-catalog.js';
import { startFakeApp, type FakeApp } from './fake-app.js';
import { matching, runCli } from './run-cli.js';

async function describeBundled(): Promise<CatalogDescription> {
  const { code, stdout, stderr } = await runCli(['catalog', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as CatalogDescription;
}

describe('catalog', () => {
  test('--json puts every component into exactly one count', async () => {
    const { coverage } = await describeBundled();
    const { components, ...parts } = coverage;
    expect(components).toBe(loadCatalog().components.size);
    expect(Object.values(parts).reduce((sum, count) => sum + count, 0)).toBe(components);
  });

  test('--json dates every source, and names a version that changes with the data', async () => {
    const { version, sources } = await describeBundled();
    expect(version).toMatch(/^\d{4}-\d{2}-\d{2}-[0-9a-f]{8}$/);
    expect(sources.map(({ name }) => name)).toEqual([
      'agentbaker',
      'node-bootstrap',
      'release-notes',
      'node-image',
      'component-map',
    ]);
    for (const { asOf } of sources) expect(asOf <= version.slice(0, 10)).toBe(true);
  });

  test('--json counts what has a version in each minor, and names the rest', async () => {
    const { minors, coverage } = await describeBundled();
    expect(minors.map(({ minor }) => minor)).toEqual(['1.32', '1.33', '1.34', '1.35', '1.36']);
    for (const { version, minor, mapped, named, bySource, unnamed } of minors) {
      expect(version.startsWith(`${minor}.`)).toBe(true);
      expect(mapped).toBe(coverage.mapped);
      expect(named + unnamed.length).toBe(mapped);
      expect(Object.values(bySource).reduce((sum, count) => sum + count, 0)).toBe(named);
    }
  });

  test('--json lists what nobody can name, with candidates', async () => {
    const { unresolved, coverage } = await describeBundled();
    expect(unresolved).toHaveLength(coverage.unmapped);
    expect(unresolved.find(({ component }) => component === 'keda')).toMatchObject({
      reason: matching(/no confirmed repository/),
      candidates: expect.arrayContaining(['oss/v2/kedacore/keda']) as unknown,
    });
  });

  test('shows all of it to people, and asks nobody although the environment names an app', async () => {
    const env = { AKS_ARTIFACT_SYNC_URL: 'https://nowhere.invalid', AKS_ARTIFACT_SYNC_KEY: 'k' };
    const { code, stdout, stderr } = await runCli(['catalog'], { env });
    expect([code, stderr]).toEqual([0, '']);
    const inOrder = [
      'Catalogue 20',
      ' mapped, ',
      'Sources (5)',
      'release-notes ',
      'Data files (5)',
      'known-tags.json ',
      'Versions in the bundled lists (5)',
      'Unresolved (',
      'no confirmed repository; candidates: oss/v2/kedacore/keda,',
    ];
    const places = inOrder.map((text) => stdout.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test.each([60, 80, 140])('fits a terminal of %i columns', async (columns) => {
    const { stdout } = await runCli(['catalog'], { columns, env: { NO_COLOR: '1' } });
    expect(stdout.split('\n').filter((line) => line.length > columns)).toEqual([]);
  });
});

describe('catalog --url', () => {
  let app: FakeApp;
  beforeEach(async () => (app = await startFakeApp()));
  afterEach(() => app.close());
  const ask = (...more: readonly string[]) => runCli(['catalog', '--url', app.url, '--key', 'k', ...more]);

  const fresh = {
    version: '0.2.0',
    clusters: 'of no interest here',
    catalog: {
      sources: [
        { name: 'bundled', state: 'fresh', detail: '177 components' },
        { name: 'agentbaker', state: 'failed', readAt: '2026-11-20T01:02:03.456Z', detail: 'since yesterday: 503' },
        { name: 'tomorrow', state: 'dreaming' },
      ],
      overrides: { state: 'in-use', acceptedAt: '2026-11-21T00:00:00.000Z', detail: 'components: 1 added' },
    },
  };

  test('shows how fresh the sources of a running app are, as far as it tells', async () => {
    app.answers(200, fresh);
    expect(await ask()).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        `Catalogue of ${app.url}, version 0.2.0`,
        '',
        'Sources (3)',
        'source      state     read                  detail',
        'bundled     fresh     -                     177 components',
        'agentbaker  failed    2026-11-20T01:02:03Z  since yesterday: 503',
        'tomorrow    dreaming  -',
        '',
        'overrides: in-use, accepted 2026-11-21T00:00:00Z; components: 1 added',
        '',
      ].join('\n'),
    });
    expect(app.asked).toMatchObject([{ method: 'GET', url: '/api/status', key: 'k' }]);
  });

  test('--json prints what the app says of its catalogue, whole', async () => {
    app.answers(200, fresh);
    expect(JSON.parse((await ask('--json')).stdout)).toEqual(fresh.catalog);
  });

  test.each([
    ['that says nothing of overrides', { catalog: { sources: [] } }, 0, /overrides: unknown\n/],
    ['whose overrides have another shape', { catalog: { sources: [], overrides: 'none' } }, 0, /overrides: unknown\n/],
  ])('understands an app %s', async (_sentence, answer, code, text) => {
    app.answers(200, answer);
    expect(await ask()).toEqual({ code, stdout: matching(text), stderr: '' });
  });

  test.each([
    ['says nothing of its catalogue', { version: '0.1.0' }, /does not tell how fresh its catalogue is/],
    ['has sources without names', { catalog: { sources: [{}] } }, /catalog\.sources\.0\.name/],
    ['is something else', '<html></html>', /Is it this app\?/],
  ])('fails when the answer %s', async (_sentence, answer, message) => {
    app.answers(200, answer);
    expect(await ask()).toEqual({ code: 1, stdout: '', stderr: matching(message) });
  });

  test('takes what is missing from the environment', async () => {
    app.answers(200, fresh);
    const env = { AKS_ARTIFACT_SYNC_URL: app.url, AKS_ARTIFACT_SYNC_KEY: 'k' };
    expect(await runCli(['catalog', '--url', app.url], { env })).toMatchObject({ code: 0 });
    expect(await runCli(['catalog', '--key', 'k'], { env })).toMatchObject({ code: 0 });
    expect(await runCli(['catalog', '--url', app.url])).toMatchObject({
      code: 2,
      stderr: matching(/the key is missing/),
    });
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(__dirname, '../../..');

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** Rows: what the rule says, the importing file, what it imports, the rule that has to fire. */
const forbidden = [
  ['model knows no other stage', 'shared/model/a.ts', '../catalog/target.js', 'model-looks-back-only'],
  ['catalog does not look ahead', 'shared/catalog/a.ts', '../requirements/target.js', 'catalog-looks-back-only'],
  [
    'requirements do not look ahead',
    'shared/requirements/a.ts',
    '../warming/target.js',
    'requirements-looks-back-only',
  ],
  ['warming does not look ahead', 'shared/warming/a.ts', '../gate/target.js', 'warming-looks-back-only'],
  ['drift does not look ahead', 'shared/drift/a.ts', '../gate/target.js', 'drift-looks-back-only'],
  ['warming does not know drift', 'shared/warming/c.ts', '../drift/target.js', 'warming-looks-back-only'],
  ['the gate does not know Azure', 'shared/gate/a.ts', '../azure/target.js', 'gate-looks-back-only'],
  ['warming does not know the OCI client', 'shared/warming/b.ts', '../oci/target.js', 'warming-looks-back-only'],
  ['a stage reads no settings', 'shared/gate/b.ts', '../config.js', 'gate-looks-back-only'],
  ['a stage does not know the app', 'shared/gate/c.ts', '../app.js', 'gate-looks-back-only'],
  ['a stage does no I/O', 'shared/gate/d.ts', 'node:fs', 'stages-do-no-io'],
  ['a stage uses no client library', 'shared/gate/e.ts', '@azure/identity', 'stages-use-pure-packages'],
  ['azure does not know the app', 'shared/azure/a.ts', '../app.js', 'azure-serves-stages'],
  ['oci does not know azure', 'shared/oci/a.ts', '../azure/target.js', 'oci-serves-stages'],
  ['oci uses no Azure package', 'shared/oci/b.ts', '@azure/identity', 'oci-uses-no-azure-package'],
  ['settings do not know a stage', 'shared/config.ts', './gate/target.js', 'settings-know-the-model-only'],
  [
    'the table of settings does not know a stage',
    'shared/settings.ts',
    './gate/target.js',
    'settings-know-the-model-only',
  ],
  ['the root is put together in one place', 'shared/app/c.ts', '../compose/target.js', 'the-root-composes'],
  ['a function does not compose', 'functions/d.ts', '../shared/compose/target.js', 'the-root-composes'],
  ['the app is handed Azure', 'shared/app/d.ts', '../azure/target.js', 'app-gets-azure-from-the-root'],
  ['the root does not know the doors', 'shared/compose/a.ts', '../../cli/target.js', 'app-is-below-its-doors'],
  ['the app does not know its doors', 'shared/app/a.ts', '../../cli/target.js', 'app-is-below-its-doors'],
  ['a function does not reach past the app', 'functions/a.ts', '../shared/gate/target.js', 'functions-call-the-app'],
  ['functions do not know each other', 'functions/b.ts', './target.js', 'functions-call-the-app'],
  ['the cli does not reach past the app', 'cli/a.ts', '../shared/model/target.js', 'cli-calls-the-app'],
  ['the product does not know local Azure', 'shared/app/b.ts', '../../local/target.js', 'product-stands-alone'],
  ['the product does not know tests', 'cli/b.ts', '../test/target.js', 'product-stands-alone'],
  ['the product does not know scripts', 'functions/c.ts', '../scripts/target.js', 'product-stands-alone'],
  ['the product does not know benches', 'shared/azure/b.ts', '../../bench/target.js', 'product-stands-alone'],
  ['the product needs no dev dependency', 'cli/c.ts', 'azurite', 'product-needs-no-dev-dependency'],
  ['the product declares its packages', 'cli/d.ts', 'undeclared', 'product-declares-its-packages'],
  [
    'local Azure shares no code with the product',
    'local/a.ts',
    '../shared/oci/target.js',
    'local-azure-knows-domain-words-only',
  ],
  ['an import resolves', 'cli/e.ts', './nowhere.js', 'import-resolves'],
  ['files do not import each other in a circle', 'cli/circle-a.ts', './circle-b.js', 'no-cycle'],
] as const;

const allowed = [
  ['shared/gate/good.ts', '../warming/target.js'],
  ['shared/gate/report.ts', '../drift/target.js'],
  ['shared/gate/hash.ts', 'node:crypto'],
  ['shared/catalog/parse.ts', 'zod'],
  ['shared/azure/good.ts', '../gate/target.js'],
  ['shared/azure/credentials.ts', '../oci/target.js'],
  ['shared/oci/good.ts', '../warming/target.js'],
  ['shared/app/good.ts', '../gate/target.js'],
  ['shared/app/good-azure.ts', '../azure/target.js'],
  ['shared/compose/good.ts', '../azure/target.js'],
  ['shared/app.ts', './compose/target.js'],
  ['functions/good.ts', '../shared/app.js'],
  ['cli/good.ts', './target.js'],
  ['local/good.ts', '../shared/catalog/target.js'],
  ['test/good.ts', '../local/target.js'],
] as const;

const stagesAndRooms = ['model', 'catalog', 'requirements', 'warming', 'drift', 'gate', 'azure', 'oci', 'compose'];
const targets = [
  ...stagesAndRooms.map((room) => `shared/${room}/target.ts`),
  ...['functions', 'cli', 'local', 'test', 'scripts', 'bench'].map((room) => `${room}/target.ts`),
];

describe('the dependency rule', () => {
  const tree = mkdtempSync(join(tmpdir(), 'dependency-rule-'));
  let violations: readonly Violation[] = [];

  beforeAll(() => {
    for (const [path, text] of fixture()) write(join(tree, path), text);
    violations = cruise(tree);
  });

  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  test.each(forbidden)('%s', (_sentence, from, _to, rule) => {
    expect(rulesBrokenBy(from)).toContain(rule);
  });

  test.each(allowed)('%s may import %s', (from) => {
    expect(rulesBrokenBy(from)).toEqual([]);
  });

  test('holds in this repository', () => {
    expect(cruise(repository)).toEqual([]);
  });

  function rulesBrokenBy(from: string): readonly string[] {
    return violations.filter((violation) => violation.from === from).map((violation) => violation.rule.name);
  }
});

function fixture(): ReadonlyMap<string, string> {
  const importing = [...forbidden.map(([, from, to]) => [from, to] as const), ...allowed];
  return new Map([
    [
      'package.json',
      JSON.stringify({
        type: 'module',
        dependencies: { zod: '4', '@azure/identity': '4' },
        devDependencies: { azurite: '3' },
      }),
    ],
    ['tsconfig.json', JSON.stringify({ compilerOptions: { module: 'nodenext' } })],
    ...['zod', '@azure/identity', 'azurite', 'undeclared'].flatMap((name) => installedPackage(name)),
    ...targets.map((path) => [path, 'export type Target = string;\n'] as const),
    ['cli/circle-b.ts', "import type { Importer } from './circle-a.js';\nexport type Target = Importer;\n"],
    // A type is enough to break the rule: it is the same knowledge.
    ...importing.map(
      ([from, to]) => [from, `import type { Target } from '${to}';\nexport type Importer = Target;\n`] as const,
    ),
  ]);
}

function installedPackage(name: string): readonly (readonly [string, string])[] {
  return [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
    [`node_modules/${name}/index.js`, 'exports.value = 1;\n'],
  ];
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function cruise(folder: string): readonly Violation[] {
  const program = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(repository, '.dependency-cruiser.cjs');
  const run = spawnSync(process.execPath, [program, '--config', config, '--output-type', 'json', '.'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const report = JSON.parse(run.stdout) as { summary: { violations: Violation[] } };
  return report.summary.violations;
}

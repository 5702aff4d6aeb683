/**
 * The dependency rule of ARCHITECTURE.md: model <- catalog <- requirements <- warming <- drift <- gate <- app.
 * test/unit/tooling/dependency-rule.test.ts shows that every rule below fires.
 */
const stages = ['model', 'catalog', 'requirements', 'warming', 'drift', 'gate'];
const anyStage = `^shared/(${stages.join('|')})/`;
const product = '^(functions|shared|cli)/';
const app = '^shared/app(/|[^/]*[.]ts$)';

/** A stage imports itself and the stages before it, nothing else of this repository. */
const stageRules = stages.map((stage, index) => ({
  name: `${stage}-looks-back-only`,
  comment: `shared/${stage} may import ${stages.slice(0, index + 1).join(', ')} of this repository, and nothing else of it.`,
  severity: 'error',
  from: { path: `^shared/${stage}/` },
  to: {
    pathNot: `^shared/(${stages.slice(0, index + 1).join('|')})/`,
    dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'],
  },
}));

module.exports = {
  forbidden: [
    ...stageRules,
    {
      name: 'stages-do-no-io',
      comment: 'A stage asks for what it needs by an interface. Of Node it may use crypto (hashes).',
      severity: 'error',
      from: { path: anyStage },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'stages-use-pure-packages',
      comment:
        'zod parses, semver compares, p-limit bounds, luxon knows calendars; a package that does I/O belongs behind an interface.',
      severity: 'error',
      from: { path: anyStage },
      to: { path: 'node_modules', pathNot: 'node_modules/(zod|semver|@types/semver|p-limit|luxon|@types/luxon)/' },
    },
    {
      name: 'azure-serves-stages',
      comment:
        'shared/azure implements interfaces of the stages and of shared/oci (credentials), and knows nothing of the app.',
      severity: 'error',
      from: { path: '^shared/azure/' },
      to: { path: '^(shared|functions|cli)/', pathNot: [anyStage, '^shared/(azure|oci)/'] },
    },
    {
      name: 'oci-serves-stages',
      comment: 'shared/oci implements interfaces of the stages; it knows no Azure, so it works against any registry.',
      severity: 'error',
      from: { path: '^shared/oci/' },
      to: { path: '^(shared|functions|cli)/', pathNot: [anyStage, '^shared/oci/'] },
    },
    {
      name: 'oci-uses-no-azure-package',
      severity: 'error',
      from: { path: '^shared/oci/' },
      to: { path: 'node_modules/@azure/' },
    },
    {
      name: 'settings-know-the-model-only',
      severity: 'error',
      from: { path: '^shared/(config|settings)[.]ts$' },
      to: { path: '^(shared|functions|cli)/', pathNot: '^shared/(model/|settings[.]ts$)' },
    },
    {
      name: 'the-root-composes',
      comment: 'shared/compose is the composition root taken apart: only shared/app.ts puts it together.',
      severity: 'error',
      from: { path: '^', pathNot: '^shared/(app[.]ts$|compose/)' },
      to: { path: '^shared/compose/' },
    },
    {
      name: 'app-gets-azure-from-the-root',
      comment:
        'But for what commands do in process (*-azure.ts); documents of Azure that are parsed without it are no matter.',
      severity: 'error',
      from: { path: '^shared/app/', pathNot: '-azure[.]ts$' },
      to: { path: '^shared/azure/', pathNot: '-documents[.]ts$' },
    },
    {
      name: 'app-is-below-its-doors',
      severity: 'error',
      from: { path: `${app}|^shared/compose/` },
      to: { path: '^(functions|cli)/' },
    },
    {
      name: 'functions-call-the-app',
      comment: 'One trigger per file: parse, call the app, return.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(functions|shared|cli)/', pathNot: app },
    },
    {
      name: 'cli-calls-the-app',
      severity: 'error',
      from: { path: '^cli/' },
      to: { path: '^(functions|shared)/', pathNot: app },
    },
    {
      name: 'product-stands-alone',
      comment: 'What is deployed imports nothing that is not: local Azure, tests, scripts, benches.',
      severity: 'error',
      from: { path: product },
      to: { path: '^(local|test|scripts|bench)/' },
    },
    {
      name: 'product-needs-no-dev-dependency',
      severity: 'error',
      from: { path: product },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'product-declares-its-packages',
      severity: 'error',
      from: { path: product },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'local-azure-knows-domain-words-only',
      comment: 'The double must not share code with what it tests: only the words and the catalogue data.',
      severity: 'error',
      from: { path: '^local/' },
      to: { path: '^(functions|shared|cli|test|scripts|bench)/', pathNot: '^shared/(model|catalog)/' },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|[.]local)/' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

/** CommonJS under test, ES modules in the product: jest's own ES module mode is still experimental. */
const packagesThatShipOnlyEsModules = ['commander', 'p-limit', 'yocto-queue'];

const common = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${packagesThatShipOnlyEsModules.join('|')})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

/** Tests that run whole processes beside their own (a Functions host, a browser, a registry) and wait for them in real time. */
const aloneOnTheMachine = ['/test/e2e/', '/test/browser/', '/test/unit/local/host/'];

export default {
  reporters: ['default', '<rootDir>/test/jest/closing-line.mjs'],
  testSequencer: '<rootDir>/test/jest/longest-first.mjs',
  maxWorkers: 2,
  // The one limit of all tests: what hangs is ended by it, what is slow on a busy machine is not. Longer than `patienceSeconds` of e2e.
  testTimeout: 400_000,
  projects: [
    {
      ...common,
      displayName: 'two at a time',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...aloneOnTheMachine],
    },
    {
      ...common,
      displayName: 'one at a time',
      testMatch: aloneOnTheMachine.map((folder) => `**${folder}**/*.test.ts`),
      runner: '<rootDir>/test/jest/one-at-a-time.mjs',
    },
  ],
};

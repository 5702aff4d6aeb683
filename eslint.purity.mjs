/**
 * Rules of the folders that decide: the same input gives the same answer, so they read no clock, no environment and no chance,
 * and reach the world through interfaces that somebody else implements. `new Date(text)` is a value and stays allowed.
 */
export const pureFolders = ['model', 'catalog', 'requirements', 'warming', 'drift', 'gate'];

const takeItAsArgument = 'Pure code takes this as an argument.';
const ioGlobals = ['fetch', 'process', 'console', 'performance', 'crypto', 'globalThis', 'WebSocket', 'EventSource'];
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];

export const purityRules = {
  'no-restricted-globals': ['error', ...[...ioGlobals, ...timers].map((name) => ({ name, message: takeItAsArgument }))],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: takeItAsArgument },
    { object: 'Math', property: 'random', message: takeItAsArgument },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: takeItAsArgument },
    { selector: "CallExpression[callee.name='Date']", message: takeItAsArgument },
  ],
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        { regex: '^node:(?!crypto$)', message: 'Pure code imports no module of Node but node:crypto, for hashes.' },
      ],
      paths: [
        {
          name: 'node:crypto',
          importNames: ['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues', 'webcrypto', 'default'],
          message: takeItAsArgument,
        },
      ],
    },
  ],
};

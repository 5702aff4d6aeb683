import { registerHooks } from 'node:module';
import type { FunctionsCore } from './functions-core.js';

const specifier = '@azure/functions-core';
const url = 'functions-worker:core';
const slot = Symbol.for('aks-artifact-sync.functions-core');

/**
 * Makes `require('@azure/functions-core')` and `import` of it answer `core` in this whole process, whoever asks.
 * A loader hook and not a patched `Module._load`: a CommonJS package that an ES module imports must see it too.
 * Calling it again replaces `core` only for packages that have not asked yet.
 */
export function provideFunctionsCore(core: FunctionsCore): void {
  (globalThis as Record<symbol, unknown>)[slot] = core;
  registerHooks({
    resolve: (wanted, context, next) =>
      wanted === specifier ? { url, format: 'commonjs', shortCircuit: true } : next(wanted, context),
    load: (wanted, context, next) =>
      wanted === url
        ? {
            format: 'commonjs',
            source: `module.exports = globalThis[Symbol.for(${JSON.stringify(slot.description)})];`,
            shortCircuit: true,
          }
        : next(wanted, context),
  });
}

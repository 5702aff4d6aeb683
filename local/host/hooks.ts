import type { HookName } from './functions-core.js';
import type { Registrations } from './registrations.js';

type HookData = Record<string, unknown>;

/** Data that hooks of one scope share: of the app's start and end, or of one invocation. */
export interface Hooks {
  /**
   * Runs the hooks of `name` one after the other on the same object; what a hook changes in it, the next one and the caller see.
   * @param hookData shared by the hooks of one invocation; the app's own when left out
   * @throws whatever a hook throws: in the worker, that fails the start or the invocation
   */
  run<Fields extends object>(name: HookName, fields: Fields, hookData?: HookData): Promise<Fields>;
}

export function createHooks(registrations: Pick<Registrations, 'hooks'>): Hooks {
  const appHookData: HookData = {};
  const startAndEndData: HookData = {};
  return {
    async run(name, fields, hookData = startAndEndData) {
      const context = Object.defineProperties(fields, {
        hookData: { value: hookData, enumerable: true, configurable: true },
        appHookData: { value: appHookData, enumerable: true, configurable: true },
      });
      for (const hook of registrations.hooks(name)) await hook(context);
      return context;
    },
  };
}

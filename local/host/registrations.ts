import {
  Disposable,
  hookNames,
  type FunctionsCore,
  type HookCallback,
  type HookName,
  type LogLevel,
  type ProgrammingModel,
  type RegisteredFunction,
} from './functions-core.js';

/** What the entry-point files of an app registered while they were loaded. */
export interface Registrations {
  readonly core: FunctionsCore;
  functions(): readonly RegisteredFunction[];
  hooks(name: HookName): readonly HookCallback[];
  model(): ProgrammingModel | undefined;
  /** From now on a registration is an error, as in Azure after the app started. */
  seal(): void;
}

const workerVersion = '3.12.0';
const hostVersion = '4.1042.0';

/** Makes the core module of one app and collects what is registered through it. */
export function collectRegistrations(log: (level: LogLevel, message: string) => void): Registrations {
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<HookName, HookCallback[]>(hookNames.map((name) => [name, []]));
  let programmingModel: ProgrammingModel | undefined;
  let sealed = false;

  const core: FunctionsCore = {
    version: workerVersion,
    hostVersion,
    Disposable,
    registerFunction(metadata, callback) {
      const { name } = metadata;
      if (sealed) throw new Error(`A function can only be registered during app startup: "${name}".`);
      if (functions.has(name)) throw new Error(`A function with name "${name}" has already been registered.`);
      functions.set(name, { metadata: { ...metadata, functionId: metadata.functionId ?? name }, callback });
      return new Disposable(() => functions.delete(name));
    },
    registerHook(name, callback) {
      const list = hooks.get(name as HookName);
      if (list === undefined) throw new RangeError(`Unrecognized hook "${name}".`);
      list.push(callback);
      return new Disposable(() => void list.splice(list.indexOf(callback), 1));
    },
    setProgrammingModel: (model) => void (programmingModel = model),
    getProgrammingModel: () => programmingModel,
    log: (level, _category, message) => log(level, message),
  };

  return {
    core,
    functions: () => [...functions.values()],
    hooks: (name) => hooks.get(name) ?? [],
    model: () => programmingModel,
    seal: () => void (sealed = true),
  };
}

import { randomUUID } from 'node:crypto';
import type {
  CoreInvocationContext,
  FunctionCallback,
  InvocationResponse,
  RegisteredFunction,
  TypedData,
} from './functions-core.js';
import { describeError, type HostLog } from './host-log.js';
import type { LoadedApp } from './load-app.js';

/** One call of a function, before it has an id. */
export interface Invocation {
  readonly functionName: string;
  /** Why it runs, for the log: "New queue message detected on 'warm'". */
  readonly reason: string;
  readonly input: TypedData;
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  readonly invocationId?: string;
}

/** Runs functions of one loaded app in this process, as the Node worker runs them for the real host. */
export interface Worker {
  /** @throws what the handler or a hook threw, after it was logged */
  invoke(invocation: Invocation): Promise<InvocationResponse>;
  /** Resolves when no invocation is running. */
  idle(): Promise<void>;
}

export function createWorker(app: LoadedApp, log: HostLog): Worker {
  const functions = new Map(app.functions.map((registered) => [registered.metadata.name, registered]));
  const running = new Set<Promise<unknown>>();

  async function track(invocation: Invocation): Promise<InvocationResponse> {
    const registered = functions.get(invocation.functionName);
    if (registered === undefined) throw new Error(`Function "${invocation.functionName}" is not loaded.`);
    return runLogged(app, log, registered, invocation);
  }

  return {
    invoke(invocation) {
      const call = track(invocation);
      running.add(call);
      void call.catch(() => undefined).finally(() => running.delete(call));
      return call;
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

async function runLogged(
  app: LoadedApp,
  log: HostLog,
  registered: RegisteredFunction,
  invocation: Invocation,
): Promise<InvocationResponse> {
  const { name } = registered.metadata;
  const invocationId = invocation.invocationId ?? randomUUID();
  const scope = { functionName: name, invocationId };
  const startedAt = performance.now();
  const duration = (): string => `${Math.round(performance.now() - startedAt)}ms`;
  log.write('information', `Executing (Reason='${invocation.reason}')`, scope);
  try {
    const response = await run(app, registered, toContext(registered, invocation, invocationId, log));
    log.write('information', `Executed (Succeeded, Duration=${duration()})`, scope);
    return response;
  } catch (error) {
    log.write('error', `Executed (Failed, Duration=${duration()}) ${describeError(error)}`, scope);
    throw error;
  }
}

function toContext(
  { metadata }: RegisteredFunction,
  invocation: Invocation,
  invocationId: string,
  log: HostLog,
): CoreInvocationContext {
  const trigger = Object.entries(metadata.bindings).find(([, binding]) => /trigger$/i.test(binding.type ?? ''));
  return {
    invocationId,
    metadata,
    request: {
      invocationId,
      functionId: metadata.functionId ?? metadata.name,
      inputData: [{ name: trigger?.[0] ?? 'trigger', data: invocation.input }],
      triggerMetadata: invocation.triggerMetadata ?? {},
    },
    log: (level, _category, message) => log.write(level, message, { functionName: metadata.name, invocationId }),
  };
}

/** The order of the worker: arguments, pre hooks, handler, post hooks (which may change the result or swallow the error), response. */
async function run(
  app: LoadedApp,
  registered: RegisteredFunction,
  context: CoreInvocationContext,
): Promise<InvocationResponse> {
  const model = app.model.getInvocationModel(context);
  const { context: invocationContext, inputs } = await model.getArguments();
  const hookData = {};
  const functionCallback: FunctionCallback = registered.callback;
  context.state = 'preInvocationHooks';
  const before = await app.hooks.run('preInvocation', { invocationContext, inputs, functionCallback }, hookData);
  const outcome: { result: unknown; error: unknown } = { result: null, error: null };
  context.state = 'invocation';
  try {
    outcome.result = await model.invokeFunction(invocationContext, before.inputs, before.functionCallback);
  } catch (error) {
    outcome.error = error;
  }
  context.state = 'postInvocationHooks';
  const fields = { invocationContext, inputs: before.inputs, ...outcome };
  const after = await app.hooks.run('postInvocation', fields, hookData);
  delete context.state;
  if (after.error instanceof Error) throw after.error;
  if (after.error !== null && after.error !== undefined) throw new Error(`Thrown: ${JSON.stringify(after.error)}`);
  return model.getResponse(invocationContext, after.result);
}

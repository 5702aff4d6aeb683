/**
 * The module `@azure/functions-core`, which the Node worker gives to the library `@azure/functions` at run time.
 * It exists in no package: outside a worker the library finds nothing and registers nothing.
 * Source: types used by `@azure/functions` 4.16; azure-facts.md section 8.
 */

/** One value on its way between host and worker; exactly one member is set. */
export interface TypedData {
  readonly string?: string | null;
  readonly json?: string | null;
  readonly bytes?: Uint8Array | null;
  readonly int?: number | null;
  readonly double?: number | null;
  readonly http?: HttpRequestData | HttpResponseData | null;
}

export interface HttpRequestData {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly body: TypedData;
}

/** What `toRpcHttp` of the library makes of a handler's response. */
export interface HttpResponseData {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly HttpCookie[];
  readonly body?: TypedData | null;
}

/** Wrapped values as protobuf wraps them. `sameSite` "none" means not set, "explicitNone" the attribute `None`. */
export interface HttpCookie {
  readonly name: string;
  readonly value: string;
  readonly path?: { readonly value: string };
  readonly domain?: { readonly value: string };
  readonly secure?: { readonly value: boolean };
  readonly httpOnly?: { readonly value: boolean };
  readonly maxAge?: { readonly value: number };
  readonly sameSite?: string;
}

export interface Binding {
  readonly type?: string;
  readonly direction?: string;
  readonly [property: string]: unknown;
}

export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
}

export interface InvocationRequest {
  readonly invocationId: string;
  readonly functionId: string;
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
}

export interface InvocationResponse {
  readonly invocationId: string;
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
  readonly returnValue?: TypedData | null;
}

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
type LogCategory = 'user' | 'system' | 'customMetric';

/** What the worker hands to the library for one call; `state` tells the library in which phase a log was written. */
export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly metadata: FunctionMetadata;
  readonly request: InvocationRequest;
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks';
  log(level: LogLevel, category: LogCategory, message: string): void;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface ProgrammingModel {
  readonly name: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

export const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof hookNames)[number];
export type HookCallback = (context: object) => unknown;

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** Undoes a registration. The library has a class of its own with the same shape. */
export class Disposable {
  #undo: (() => void) | undefined;
  constructor(undo: () => void) {
    this.#undo = undo;
  }
  static from(...disposables: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }
  dispose(): void {
    this.#undo?.();
    this.#undo = undefined;
  }
}

/** The members that `@azure/functions` uses of its core module. */
export interface FunctionsCore {
  readonly version: string;
  readonly hostVersion: string;
  readonly Disposable: typeof Disposable;
  /** @throws Error when the name is taken or the app has started, as in the real worker */
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable;
  /** @throws RangeError for a hook name that this worker does not know */
  registerHook(name: string, callback: HookCallback): Disposable;
  setProgrammingModel(model: ProgrammingModel): void;
  getProgrammingModel(): ProgrammingModel | undefined;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

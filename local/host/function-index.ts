import { Cron } from 'croner';
import { z } from 'zod';
import { expandSettings, IndexingError, resolveConnection, type AppSettings } from './app-settings.js';
import type { Binding, RegisteredFunction } from './functions-core.js';
import { parseRoute, type RouteTemplate } from './route-template.js';

/** What starts a function, after `%SETTING%` expansion. */
export type Trigger =
  | {
      readonly kind: 'http';
      readonly route: RouteTemplate;
      /** Upper case; empty means any. */
      readonly methods: readonly string[];
      readonly authLevel: 'anonymous' | 'function' | 'admin';
    }
  | { readonly kind: 'queue'; readonly queueName: string; readonly connectionString: string }
  | { readonly kind: 'timer'; readonly schedule: string; readonly runOnStartup: boolean; readonly useMonitor: boolean }
  | { readonly kind: 'eventGrid' };

export interface IndexedFunction {
  readonly name: string;
  readonly trigger: Trigger;
  readonly bindings: readonly Binding[];
  /** By the setting `AzureWebJobs.<name>.Disabled`. */
  readonly isDisabled: boolean;
}

export interface FunctionIndex {
  /** In name order, which is the order in which HTTP routes are tried. */
  readonly functions: readonly IndexedFunction[];
  readonly failures: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Turns registrations into triggers that the host can listen to. A function that cannot be indexed is listed under `failures`
 * and never runs; the others do. The local host has no input bindings, and of the output bindings only the HTTP response.
 */
export function indexFunctions(registered: readonly RegisteredFunction[], settings: AppSettings): FunctionIndex {
  const functions: IndexedFunction[] = [];
  const failures: { name: string; reason: string }[] = [];
  for (const { metadata } of [...registered].sort((a, b) => compare(a.metadata.name, b.metadata.name))) {
    try {
      functions.push(indexFunction(metadata.name, metadata.bindings, settings));
    } catch (error) {
      if (!(error instanceof IndexingError)) throw error;
      failures.push({ name: metadata.name, reason: error.message });
    }
  }
  return { functions, failures };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function indexFunction(
  name: string,
  bindings: Readonly<Record<string, Binding>>,
  settings: AppSettings,
): IndexedFunction {
  const expanded = Object.entries(bindings).map(([bindingName, binding]) => ({
    ...(expandDeep(binding, settings) as Binding),
    name: bindingName,
  }));
  const triggers = expanded.filter((binding) => isTrigger(binding));
  const [trigger] = triggers;
  if (trigger === undefined || triggers.length > 1) throw new IndexingError('a function wants exactly one trigger');
  const unsupported = expanded.find((binding) => !isTrigger(binding) && binding.type?.toLowerCase() !== 'http');
  if (unsupported !== undefined) throw new IndexingError(`the local host has no binding of type ${unsupported.type}`);
  const isDisabled = /^(true|1)$/i.test(settings[`AzureWebJobs.${name}.Disabled`] ?? '');
  return { name, trigger: readTrigger(name, trigger, settings), bindings: expanded, isDisabled };
}

function isTrigger(binding: Binding): boolean {
  return /trigger$/i.test(binding.type ?? '');
}

function expandDeep(value: unknown, settings: AppSettings): unknown {
  if (typeof value === 'string') return expandSettings(value, settings);
  if (Array.isArray(value)) return value.map((item) => expandDeep(item, settings));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expandDeep(item, settings)]));
}

const httpSchema = z.object({
  route: z.string().nullish(),
  methods: z.array(z.string()).default([]),
  authLevel: z.enum(['anonymous', 'function', 'admin']).default('function'),
});
/** Queue names: 3-63 of a-z, 0-9 and single dashes, as the storage service wants them. */
const queueSchema = z.object({
  queueName: z.string().regex(/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/, 'is no valid queue name'),
  connection: z.string().min(1).default('AzureWebJobsStorage'),
});
const timerSchema = z.object({
  schedule: z.string().refine(isNcrontab, 'is no NCRONTAB expression of 5 or 6 fields'),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

function readTrigger(name: string, binding: Binding, settings: AppSettings): Trigger {
  switch (binding.type?.toLowerCase()) {
    case 'httptrigger': {
      const { route, methods, authLevel } = parse(httpSchema, binding);
      return {
        kind: 'http',
        route: parseRoute(route ?? name),
        methods: methods.map((method) => method.toUpperCase()),
        authLevel,
      };
    }
    case 'queuetrigger': {
      const { queueName, connection } = parse(queueSchema, binding);
      return { kind: 'queue', queueName, connectionString: resolveConnection(connection, settings) };
    }
    case 'timertrigger':
      return { kind: 'timer', ...parse(timerSchema, binding) };
    case 'eventgridtrigger':
      return { kind: 'eventGrid' };
    default:
      throw new IndexingError(`the local host has no trigger of type ${binding.type}`);
  }
}

function parse<Output>(schema: z.ZodType<Output>, binding: Binding): Output {
  const result = schema.safeParse(binding);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new IndexingError(`${field} ${JSON.stringify(binding[field])}: ${issue?.message ?? 'is not valid'}`);
}

function isNcrontab(expression: string): boolean {
  try {
    new Cron(expression, { paused: true, domAndDow: true });
    return /^\S+( +\S+){4,5}$/.test(expression.trim());
  } catch {
    return false;
  }
}

import { z } from 'zod';

/**
 * Why nodes never pull a component through the cache: it runs in the control plane, on Windows only, is baked into the
 * node image, is pulled from MAR itself by name, is used to build node images only, is gone from current releases, or an override
 * excludes it.
 */
export const neverReasons = [
  'control-plane',
  'windows',
  'node-image',
  'direct-pull',
  'build-time',
  'obsolete',
  'excluded',
] as const;

const testSchema = z.union([
  z.strictObject({ equals: z.union([z.string(), z.boolean()]) }),
  z.strictObject({ contains: z.string() }),
  z.strictObject({ is: z.enum(['set', 'nonEmpty']) }),
]);

/** A test of one value. Text and booleans compare without case: ARM answers `"true"` for some switches, and spells enums freely. */
export type PropertyTest = z.infer<typeof testSchema>;

/** When nodes of a cluster pull a component. Evaluated in requirements/conditions.ts. */
export type Condition =
  | { readonly kind: 'always' }
  | { readonly kind: 'never'; readonly reason: (typeof neverReasons)[number] }
  /** Only on a person's or a workload's demand; nothing in the cluster's own description tells. */
  | { readonly kind: 'onDemand' }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  /** `path` under ARM's `properties` of the cluster. */
  | { readonly kind: 'property'; readonly path: string; readonly test: PropertyTest }
  /** `path` under one entry of `properties.agentPoolProfiles`. */
  | { readonly kind: 'pool'; readonly path: string; readonly test: PropertyTest }
  /** Another component runs, in at least this version. */
  | { readonly kind: 'component'; readonly component: string; readonly atLeast?: string | undefined };

const path = z.string().regex(/^[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*$/);

export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('always') }),
    z.strictObject({ kind: z.literal('never'), reason: z.enum(neverReasons) }),
    z.strictObject({ kind: z.literal('onDemand') }),
    z.strictObject({ kind: z.enum(['all', 'any']), of: z.array(conditionSchema).min(1) }),
    z.strictObject({ kind: z.literal('not'), condition: conditionSchema }),
    z.strictObject({ kind: z.enum(['property', 'pool']), path, test: testSchema }),
    z.strictObject({ kind: z.literal('component'), component: z.string(), atLeast: z.string().optional() }),
  ]),
);

/** What conditions ask of the cluster itself, lower case: `addonprofiles`, `addonprofiles.omsagent`, `addonprofiles.omsagent.enabled`. */
export function pathsAskedBy(conditions: readonly Condition[]): ReadonlySet<string> {
  const sections = [...new Set(conditions.flatMap(propertyPaths))].map((asked) => asked.toLowerCase().split('.'));
  return new Set(sections.flatMap((parts) => parts.map((_, index) => parts.slice(0, index + 1).join('.'))));
}

function propertyPaths(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'property':
      return [condition.path];
    case 'not':
      return propertyPaths(condition.condition);
    case 'all':
    case 'any':
      return condition.of.flatMap(propertyPaths);
    default:
      return [];
  }
}

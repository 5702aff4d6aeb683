import { z } from 'zod';
import { scenarioSchema } from './scenario.js';

/** A field of scenario files, as `docs/scenarios.md` has it. */
export interface ScenarioField {
  /** `clusters[].pools[].osSku`; `{}` stands for a key of one's own. */
  readonly path: string;
  /** JSON of the value when the field is left out; undefined when it must be given or has none. */
  readonly fallback: string | undefined;
  readonly isRequired: boolean;
  readonly description: string;
}

/** As much of JSON Schema as the schema of scenarios uses. */
interface Node {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
}

/** Every field, parents before their children, in the order of the schema. */
export function describeScenarioFields(): readonly ScenarioField[] {
  return describe(z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }) as Node, '');
}

function describe(node: Node, prefix: string): readonly ScenarioField[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const field = {
      path,
      fallback: child.default === undefined ? undefined : JSON.stringify(child.default),
      isRequired: node.required?.includes(name) ?? false,
      description: child.description ?? '',
    };
    const items = child.items ? describe(child.items, `${path}[]`) : [];
    return [field, ...describe(child, path), ...items];
  });
}

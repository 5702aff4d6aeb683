/** Evaluates the part of Azure Policy's language that infra/policy uses. Source: azure-docs, governance/policy/concepts/definition-structure-policy-rule. */

export interface PolicyDefinition {
  readonly mode: string;
  readonly parameters: Readonly<
    Record<string, { readonly defaultValue?: unknown; readonly allowedValues?: readonly unknown[] }>
  >;
  readonly policyRule: { readonly if: Condition; readonly then: { readonly effect: string } };
}

type Condition =
  | { readonly anyOf: readonly Condition[] }
  | { readonly allOf: readonly Condition[] }
  | ({ readonly field: string } & Comparison)
  | ({ readonly value: string } & Comparison);
interface Comparison {
  readonly equals?: string;
  readonly exists?: string;
  readonly in?: string;
  readonly notIn?: string;
}

/** A resource as a request would leave it: `properties` of a PUT, merged for a PATCH. */
export interface RequestedResource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

type Parameters = Readonly<Record<string, unknown>>;

/** @returns the effect, or "none". A function that fails on its arguments is a deny, as Azure has it. */
export function evaluatePolicyRule(
  definition: PolicyDefinition,
  given: Parameters,
  resource: RequestedResource,
): string {
  const names = Object.keys(definition.parameters);
  const parameters = Object.fromEntries(
    names.map((name) => [name, given[name] ?? definition.parameters[name]?.defaultValue]),
  );
  const scope = { resource, parameters };
  try {
    return holds(definition.policyRule.if, scope) ? String(valueOf(definition.policyRule.then.effect, scope)) : 'none';
  } catch {
    return 'Deny';
  }
}

interface Scope {
  readonly resource: RequestedResource;
  readonly parameters: Parameters;
}

/** Every part is evaluated, as no documentation promises that one ends the others. */
function holds(condition: Condition, scope: Scope): boolean {
  if ('anyOf' in condition) return condition.anyOf.map((one) => holds(one, scope)).some(Boolean);
  if ('allOf' in condition) return condition.allOf.map((one) => holds(one, scope)).every(Boolean);
  const actual = 'field' in condition ? fieldOf(condition.field, scope) : valueOf(condition.value, scope);
  if (condition.exists !== undefined)
    return (actual !== undefined && actual !== null) === (condition.exists === 'true');
  if (condition.equals !== undefined) return same(actual, valueOf(condition.equals, scope));
  const list = valueOf(condition.in ?? condition.notIn ?? '', scope);
  if (!Array.isArray(list)) throw new Error('in and notIn want a list');
  return list.some((one) => same(actual, one)) === (condition.in !== undefined);
}

/** Strings compare without case. */
function same(one: unknown, other: unknown): boolean {
  return String(one).toLowerCase() === String(other).toLowerCase();
}

function fieldOf(name: string, { resource }: Scope): unknown {
  if (name === 'type' || name === 'id') return resource[name];
  const prefix = `${resource.type}/`.toLowerCase();
  // An alias of another type has no value on this resource.
  if (!name.toLowerCase().startsWith(prefix) || name.slice(prefix.length).includes('/')) return undefined;
  return resource.properties[name.slice(prefix.length)];
}

function valueOf(text: string, scope: Scope): unknown {
  if (!/^\[.*\]$/.test(text)) return text;
  const parser = { tokens: text.slice(1, -1).match(/'[^']*'|\w+|[(),]/g) ?? [], at: 0 };
  const value = expression(parser, scope);
  if (parser.at !== parser.tokens.length) throw new Error(`more than an expression: ${text}`);
  return value;
}

function expression(parser: { readonly tokens: readonly string[]; at: number }, scope: Scope): unknown {
  const token = parser.tokens[parser.at++] ?? '';
  if (token.startsWith("'")) return token.slice(1, -1);
  if (parser.tokens[parser.at++] !== '(') throw new Error(`a function has arguments: ${token}`);
  const given: unknown[] = [];
  while (parser.tokens[parser.at] !== ')') {
    given.push(expression(parser, scope));
    if (parser.tokens[parser.at] === ',') parser.at += 1;
    else if (parser.tokens[parser.at] !== ')') throw new Error('arguments are separated by commas');
  }
  parser.at += 1;
  const call = functions[token];
  if (!call) throw new Error(`no function ${token} in this subset`);
  return call(given, scope);
}

const functions: Readonly<Record<string, (given: readonly unknown[], scope: Scope) => unknown>> = {
  field: ([name], scope) => fieldOf(text(name), scope),
  parameters: ([name], scope) => scope.parameters[text(name)],
  toLower: ([value]) => text(value).toLowerCase(),
  concat: (values) => values.map(text).join(''),
  split: ([value, by]) => text(value).split(text(by)),
  first: ([value]) => (Array.isArray(value) ? (value as unknown[])[0] : text(value)[0]),
  coalesce: (values) => values.find((value) => value !== undefined && value !== null),
};

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('wanted is a string');
  return value;
}

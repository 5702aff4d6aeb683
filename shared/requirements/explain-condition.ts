import type { Condition, PropertyTest } from '../catalog/condition.js';
import type { Component } from '../catalog/schema.js';
import { evaluateCondition, type ConditionFacts } from './conditions.js';
import { printable } from './printable.js';

/** One condition, evaluated: a tree as deep as the condition itself. */
export interface ConditionNode {
  readonly holds: boolean;
  /** What is asked, for example `networkProfile.networkDataplane is cilium`, or `all of`. */
  readonly asks: string;
  /** Values at the path, as JSON, or versions that run; empty where there is none. Absent where nothing is looked up. */
  readonly found?: readonly string[];
  readonly of?: readonly ConditionNode[];
}

/** Every part of a condition with its own outcome, as `evaluateCondition` has it, and what it was decided on. */
export function explainCondition(
  condition: Condition,
  facts: ConditionFacts,
  components: ReadonlyMap<string, Component>,
): ConditionNode {
  return explainPart(condition, facts, components, new Set());
}

/** @param above components whose condition is being explained: one that waits for itself is not explained again */
function explainPart(
  condition: Condition,
  facts: ConditionFacts,
  components: ReadonlyMap<string, Component>,
  above: ReadonlySet<string>,
): ConditionNode {
  const { holds, sentence } = evaluateCondition(condition, facts);
  const explain = (part: Condition): ConditionNode => explainPart(part, facts, components, above);
  switch (condition.kind) {
    case 'always':
    case 'never':
    case 'onDemand':
      return { holds, asks: sentence };
    case 'not':
      return { holds, asks: 'not', of: [explain(condition.condition)] };
    case 'all':
      return { holds, asks: 'all of', of: condition.of.map(explain) };
    case 'any':
      return { holds, asks: 'any of', of: condition.of.map(explain) };
    case 'property':
      return {
        holds,
        asks: `${condition.path} ${expectation(condition.test)}`,
        found: facts.properties.valuesAt(condition.path).map(shortJson),
      };
    case 'pool':
      return {
        holds,
        asks: `${condition.path} of the pool ${expectation(condition.test)}`,
        found: facts.pool.valuesAt(condition.path).map(shortJson),
      };
    case 'component': {
      const { component: name, atLeast } = condition;
      const own = above.has(name) ? undefined : components.get(name);
      return {
        holds,
        asks: atLeast === undefined ? `${name} runs` : `${name} runs, at least ${atLeast}`,
        found: facts.versionsOf(name).map((version) => printable(version)),
        ...(own && { of: [explainPart(own.condition, facts, components, new Set([...above, name]))] }),
      };
    }
  }
}

function expectation(test: PropertyTest): string {
  if ('equals' in test) return `is ${test.equals}`;
  if ('contains' in test) return `contains ${test.contains}`;
  return test.is === 'set' ? 'is set' : 'is not empty';
}

function shortJson(value: unknown): string {
  return printable(JSON.stringify(value) ?? 'undefined');
}

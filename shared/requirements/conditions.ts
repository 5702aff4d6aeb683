import type { Condition, PropertyTest } from '../catalog/condition.js';
import { compareLeadingNumbers } from '../catalog/version-order.js';
import { sameText, type FoldedDocument } from './folded-document.js';

export interface ConditionFacts {
  /** ARM's `properties` of the cluster. */
  readonly properties: FoldedDocument;
  /** One entry of `properties.agentPoolProfiles`: the pool that the condition is asked for. */
  readonly pool: FoldedDocument;
  readonly poolName: string;
  /** Versions of a component that run on this pool; none where it does not run. */
  versionsOf(component: string): readonly string[];
}

export interface Evaluation {
  readonly holds: boolean;
  /** What was found, in words: true of the cluster whether or not the condition holds. */
  readonly sentence: string;
}

const neverSentences = {
  'control-plane': 'it runs in the control plane',
  windows: 'it runs on Windows nodes only',
  'node-image': 'it is part of the node image',
  'direct-pull': 'nodes pull it from MAR itself, not through the cache',
  'build-time': 'it is used to build node images only',
  obsolete: 'current releases no longer run it',
  excluded: 'an override excludes it',
} as const;

/** Whether nodes of one pool pull a component, and why. Pure; names in ARM documents compare without case. */
export function evaluateCondition(condition: Condition, facts: ConditionFacts): Evaluation {
  return { holds: holdsFor(condition, facts), sentence: describe(condition, facts) };
}

/** The answer without its words: most conditions do not hold, and nobody asks why. */
export function holdsFor(condition: Condition, facts: ConditionFacts): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'never':
    case 'onDemand':
      return false;
    case 'not':
      return !holdsFor(condition.condition, facts);
    case 'all':
      return condition.of.every((part) => holdsFor(part, facts));
    case 'any':
      return condition.of.some((part) => holdsFor(part, facts));
    case 'property':
      return passes(facts.properties.valuesAt(condition.path), condition.test);
    case 'pool':
      return passes(facts.pool.valuesAt(condition.path), condition.test);
    case 'component':
      return runsInVersion(facts.versionsOf(condition.component), condition.atLeast);
  }
}

function describe(condition: Condition, facts: ConditionFacts): string {
  switch (condition.kind) {
    case 'always':
      return 'every Linux node runs it';
    case 'never':
      return neverSentences[condition.reason];
    case 'onDemand':
      return 'it is pulled on demand only';
    case 'not':
      return describe(condition.condition, facts);
    case 'all':
    case 'any':
      return describeDeciding(condition, facts);
    case 'property':
      return describeTest(condition.path, holdsFor(condition, facts), condition.test);
    case 'pool':
      return describeTest(`${condition.path} of pool ${facts.poolName}`, holdsFor(condition, facts), condition.test);
    case 'component':
      return describeVersion(condition.component, condition.atLeast, holdsFor(condition, facts));
  }
}

/** The sentence keeps the parts that decided. */
function describeDeciding(condition: Extract<Condition, { kind: 'all' | 'any' }>, facts: ConditionFacts): string {
  const holds = holdsFor(condition, facts);
  const deciding = condition.of.filter((part) => holdsFor(part, facts) === holds);
  return deciding.map((part) => describe(part, facts)).join(' and ');
}

function passes(values: readonly unknown[], test: PropertyTest): boolean {
  if ('equals' in test) return values.some((value) => sameText(value, test.equals));
  if ('contains' in test) {
    return values.some((value) => Array.isArray(value) && value.some((item) => sameText(item, test.contains)));
  }
  if (test.is === 'set') return values.some((value) => value !== undefined && value !== null && value !== '');
  return values.some((value) => Array.isArray(value) && value.length > 0);
}

function describeTest(subject: string, holds: boolean, test: PropertyTest): string {
  if ('equals' in test) return `${subject} is ${holds ? '' : 'not '}${test.equals}`;
  if ('contains' in test) return `${subject} ${holds ? 'contains' : 'does not contain'} ${test.contains}`;
  if (test.is === 'set') return `${subject} is ${holds ? '' : 'not '}set`;
  return `${subject} is ${holds ? 'not ' : ''}empty`;
}

function runsInVersion(versions: readonly string[], atLeast: string | undefined): boolean {
  if (atLeast === undefined) return versions.length > 0;
  return versions.some((version) => compareLeadingNumbers(version, atLeast) >= 0);
}

function describeVersion(component: string, atLeast: string | undefined, holds: boolean): string {
  if (atLeast === undefined) return `${component} ${holds ? 'runs' : 'does not run'}`;
  return `${component} is ${holds ? 'at least' : 'not known to be at least'} ${atLeast}`;
}

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
} as const;

/** Whether nodes of one pool pull a component. Pure; names in ARM documents compare without case. */
export function evaluateCondition(condition: Condition, facts: ConditionFacts): Evaluation {
  switch (condition.kind) {
    case 'always':
      return { holds: true, sentence: 'every Linux node runs it' };
    case 'never':
      return { holds: false, sentence: neverSentences[condition.reason] };
    case 'onDemand':
      return { holds: false, sentence: 'it is pulled on demand only' };
    case 'not': {
      const { holds, sentence } = evaluateCondition(condition.condition, facts);
      return { holds: !holds, sentence };
    }
    case 'all':
    case 'any':
      return combine(
        condition.kind,
        condition.of.map((part) => evaluateCondition(part, facts)),
      );
    case 'property':
      return evaluateTest(condition.path, facts.properties.valuesAt(condition.path), condition.test);
    case 'pool':
      return evaluateTest(
        `${condition.path} of pool ${facts.poolName}`,
        facts.pool.valuesAt(condition.path),
        condition.test,
      );
    case 'component':
      return evaluateVersion(condition.component, condition.atLeast, facts);
  }
}

/** The sentence keeps the parts that decided. */
function combine(kind: 'all' | 'any', parts: readonly Evaluation[]): Evaluation {
  const holds = kind === 'all' ? parts.every((part) => part.holds) : parts.some((part) => part.holds);
  const deciding = parts.filter((part) => part.holds === holds);
  return { holds, sentence: deciding.map(({ sentence }) => sentence).join(' and ') };
}

function evaluateTest(subject: string, values: readonly unknown[], test: PropertyTest): Evaluation {
  if ('equals' in test) {
    const holds = values.some((value) => sameText(value, test.equals));
    return { holds, sentence: `${subject} is ${holds ? '' : 'not '}${test.equals}` };
  }
  if ('contains' in test) {
    const holds = values.some((value) => Array.isArray(value) && value.some((item) => sameText(item, test.contains)));
    return { holds, sentence: `${subject} ${holds ? 'contains' : 'does not contain'} ${test.contains}` };
  }
  if (test.is === 'set') {
    const holds = values.some((value) => value !== undefined && value !== null && value !== '');
    return { holds, sentence: `${subject} is ${holds ? '' : 'not '}set` };
  }
  const holds = values.some((value) => Array.isArray(value) && value.length > 0);
  return { holds, sentence: `${subject} is ${holds ? 'not ' : ''}empty` };
}

function evaluateVersion(component: string, atLeast: string | undefined, facts: ConditionFacts): Evaluation {
  const versions = facts.versionsOf(component);
  if (atLeast === undefined) {
    return { holds: versions.length > 0, sentence: `${component} ${versions.length > 0 ? 'runs' : 'does not run'}` };
  }
  const holds = versions.some((version) => compareLeadingNumbers(version, atLeast) >= 0);
  return { holds, sentence: `${component} is ${holds ? 'at least' : 'not known to be at least'} ${atLeast}` };
}

import type { Condition } from '../../../shared/catalog/condition.js';
import { foldDocument } from '../../../shared/requirements/folded-document.js';
import { evaluateCondition } from '../../../shared/requirements/conditions.js';

const enabled: Condition = { kind: 'property', path: 'addonProfiles.omsagent.enabled', test: { equals: true } };
const evaluate = (condition: Condition, properties: Record<string, unknown>, pool: Record<string, unknown> = {}) =>
  evaluateCondition(condition, {
    properties: foldDocument(properties),
    pool: foldDocument(pool),
    poolName: 'apps',
    versionsOf: (name) => (name === 'cilium-agent' ? ['v1.18.12-260811'] : []),
  });

test.each<[string, Condition, Record<string, unknown>, boolean, string]>([
  [
    'a switch that is on',
    enabled,
    { addonProfiles: { omsagent: { enabled: true } } },
    true,
    'addonProfiles.omsagent.enabled is true',
  ],
  [
    'a switch that is text',
    enabled,
    { addonProfiles: { omsagent: { enabled: 'True' } } },
    true,
    'addonProfiles.omsagent.enabled is true',
  ],
  [
    'a name in another case',
    enabled,
    { addonprofiles: { omsAgent: { ENABLED: true } } },
    true,
    'addonProfiles.omsagent.enabled is true',
  ],
  [
    'a name twice in two cases',
    enabled,
    { addonProfiles: { omsAgent: null, omsagent: { enabled: true } } },
    true,
    'addonProfiles.omsagent.enabled is true',
  ],
  [
    'a switch that is off',
    enabled,
    { addonProfiles: { omsagent: { enabled: false } } },
    false,
    'addonProfiles.omsagent.enabled is not true',
  ],
  ['a section that is null', enabled, { addonProfiles: null }, false, 'addonProfiles.omsagent.enabled is not true'],
  [
    'a section that is a list',
    enabled,
    { addonProfiles: [{ omsagent: { enabled: true } }] },
    false,
    'addonProfiles.omsagent.enabled is not true',
  ],
  ['nothing at all', enabled, {}, false, 'addonProfiles.omsagent.enabled is not true'],
  ['a denial', { kind: 'not', condition: enabled }, {}, true, 'addonProfiles.omsagent.enabled is not true'],
  [
    'a list that contains',
    { kind: 'property', path: 'f', test: { contains: 'IPv6' } },
    { f: ['IPv4', 'ipv6'] },
    true,
    'f contains IPv6',
  ],
  [
    'a list that does not',
    { kind: 'property', path: 'f', test: { contains: 'IPv6' } },
    { f: 'IPv6' },
    false,
    'f does not contain IPv6',
  ],
  ['an empty list', { kind: 'property', path: 'f', test: { is: 'nonEmpty' } }, { f: [] }, false, 'f is empty'],
  ['a filled list', { kind: 'property', path: 'f', test: { is: 'nonEmpty' } }, { f: ['x'] }, true, 'f is not empty'],
  ['a null', { kind: 'property', path: 'f', test: { is: 'set' } }, { f: null }, false, 'f is not set'],
  [
    'another component in a new enough version',
    { kind: 'component', component: 'cilium-agent', atLeast: '1.18' },
    {},
    true,
    'cilium-agent is at least 1.18',
  ],
  [
    'another component that is too old',
    { kind: 'component', component: 'cilium-agent', atLeast: '1.19' },
    {},
    false,
    'cilium-agent is not known to be at least 1.19',
  ],
  ['another component that does not run', { kind: 'component', component: 'keda' }, {}, false, 'keda does not run'],
  ['the parts that hold', { kind: 'any', of: [enabled, { kind: 'always' }] }, {}, true, 'every Linux node runs it'],
  [
    'the parts that fail',
    { kind: 'all', of: [enabled, { kind: 'always' }] },
    {},
    false,
    'addonProfiles.omsagent.enabled is not true',
  ],
  ['a demand', { kind: 'onDemand' }, {}, false, 'it is pulled on demand only'],
  ['a control plane', { kind: 'never', reason: 'control-plane' }, {}, false, 'it runs in the control plane'],
])('%s', (_sentence, condition, properties, holds, sentence) => {
  expect(evaluate(condition, properties)).toEqual({ holds, sentence });
});

test('a condition on pools names the pool', () => {
  const condition: Condition = { kind: 'pool', path: 'podSubnetID', test: { is: 'set' } };
  expect(evaluate(condition, {}, { podSubnetID: '/s' })).toEqual({
    holds: true,
    sentence: 'podSubnetID of pool apps is set',
  });
  expect(evaluate(condition, { podSubnetID: '/s' }).holds).toBe(false);
});

test('inherited names are not properties', () => {
  for (const path of ['constructor', 'toString', 'hasOwnProperty.name']) {
    expect(evaluate({ kind: 'property', path, test: { is: 'set' } }, {}).holds).toBe(false);
  }
});

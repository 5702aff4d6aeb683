import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { policyParameters } from '../../../shared/azure/policy-assignments.js';
import { entryOf } from '../../../shared/gate/policy/policy-lists.js';
import { evaluatePolicyRule, type PolicyDefinition } from '../../support/policy-rule.js';

const definition = JSON.parse(readFileSync('infra/policy/kubernetes-versions.json', 'utf8')) as PolicyDefinition;

const id = '/subscriptions/S1/resourceGroups/RG/providers/Microsoft.ContainerService/managedClusters/Payments';
const lists = {
  guardedClusters: [id.toLowerCase()],
  allowedVersions: ['1.34.7', '1.34', '1.33.9', '1.35.7'].map((version) => entryOf(id, version)),
};
const cluster = (properties: Readonly<Record<string, unknown>>, of = id) => ({
  id: of,
  type: 'Microsoft.ContainerService/managedClusters',
  properties,
});
const pool = (properties: Readonly<Record<string, unknown>>, of = id) => ({
  id: `${of}/agentPools/system`,
  type: 'Microsoft.ContainerService/managedClusters/agentPools',
  properties,
});

test.each([
  ['an upgrade to an open version', cluster({ kubernetesVersion: '1.35.7' }), 'none'],
  ['an upgrade to another patch', cluster({ kubernetesVersion: '1.35.8' }), 'Deny'],
  ['an upgrade to a minor by its alias', cluster({ kubernetesVersion: '1.35' }), 'Deny'],
  ['a change that leaves the version', cluster({ kubernetesVersion: '1.34.7', tags: {} }), 'none'],
  ['a change of a cluster that was made by an alias', cluster({ kubernetesVersion: '1.34' }), 'none'],
  ['a request without a version', cluster({}), 'none'],
  ['a request whose version is null', cluster({ kubernetesVersion: null }), 'none'],
  ['a cluster id in another case', cluster({ kubernetesVersion: '1.35.7' }, id.toUpperCase()), 'none'],
  ['a cluster id in another case, shut', cluster({ kubernetesVersion: '1.36.0' }, id.toUpperCase()), 'Deny'],
  ['a cluster that is not guarded', cluster({ kubernetesVersion: '1.36.0' }, `${id}-2`), 'none'],
  ['a version of which an open one is the beginning', cluster({ kubernetesVersion: '1.35.71' }), 'Deny'],
  ['a pool that lags behind', pool({ orchestratorVersion: '1.33.9' }), 'none'],
  ['a pool to an open version', pool({ orchestratorVersion: '1.35.7' }), 'none'],
  ['a pool to a shut version', pool({ orchestratorVersion: '1.35.6' }), 'Deny'],
  ['a pool without a version', pool({ count: 5 }), 'none'],
  ['a pool of a cluster that is not guarded', pool({ orchestratorVersion: '1.36.0' }, `${id}-2`), 'none'],
  ['another resource', { id: '/x', type: 'Microsoft.Storage/storageAccounts', properties: {} }, 'none'],
])('%s: %s', (_what, resource, effect) => expect(evaluatePolicyRule(definition, lists, resource)).toBe(effect));

test('the effect is a parameter: Deny unless said otherwise, Audit, or Disabled', () => {
  const shut = cluster({ kubernetesVersion: '1.36.0' });
  expect(definition.parameters['effect']).toMatchObject({
    defaultValue: 'Deny',
    allowedValues: ['Deny', 'Audit', 'Disabled'],
  });
  for (const effect of ['Audit', 'Disabled'])
    expect(evaluatePolicyRule(definition, { ...lists, effect }, shut)).toBe(effect);
});

test('assigned with nothing, it denies nothing', () => {
  expect(evaluatePolicyRule(definition, {}, cluster({ kubernetesVersion: '1.36.0' }))).toBe('none');
});

test('looks at pools too, which have neither tags nor a place', () => expect(definition.mode).toBe('All'));

test('the app writes the parameters that the definition has', () => {
  expect(Object.keys(definition.parameters)).toEqual([policyParameters.guarded, policyParameters.allowed, 'effect']);
});

test('whatever the lists hold, exactly the allowed versions of a guarded cluster pass', () => {
  const version = fc.constantFrom('1.33', '1.34.7', '1.35.7', '1.35.70', '1.36.0');
  fc.assert(
    fc.property(fc.uniqueArray(version), version, fc.boolean(), fc.boolean(), (allowed, asked, isGuarded, isPool) => {
      const given = {
        guardedClusters: isGuarded ? [id.toLowerCase()] : [],
        allowedVersions: allowed.map((one) => entryOf(id, one)),
      };
      const resource = isPool ? pool({ orchestratorVersion: asked }) : cluster({ kubernetesVersion: asked });
      const passes = !isGuarded || allowed.includes(asked);
      expect(evaluatePolicyRule(definition, given, resource)).toBe(passes ? 'none' : 'Deny');
    }),
  );
});

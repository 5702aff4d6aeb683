import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseCacheRules, parseRegistryDocument } from '../../../shared/azure/registry-documents.js';

const read = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(resolve('test/fixtures/registries', file), 'utf8')) as Record<string, unknown>;

const flat = read('sound.registry.json');
const { id, name, location, sku, type, policies, ...properties } = flat;
const armPolicies = { azureADAuthenticationAsArmPolicy: { status: 'enabled' } };
const raw = { id, name, location, sku, type, properties: { ...properties, policies: armPolicies } };

test('the command line and ARM describe the same registry', () => {
  expect(policies).toHaveProperty('azureAdAuthenticationAsArmPolicy');
  expect(parseRegistryDocument(flat)).toEqual(parseRegistryDocument(raw));
  expect(parseRegistryDocument(flat)).toMatchObject({
    loginServer: 'mixedartifacts.azurecr.io',
    settings: {
      sku: 'Premium',
      authenticationAsArm: 'enabled',
      privateEndpoints: [{ name: 'mixed.1', status: 'Approved' }],
    },
  });
});

test('what is left out or null is not told', () => {
  const { settings } = parseRegistryDocument({ id, loginServer: 'a.azurecr.io', networkRuleSet: null, policies: null });
  expect(settings).toMatchObject({ sku: undefined, defaultAction: undefined, authenticationAsArm: undefined });
  expect(settings?.privateEndpoints).toBeUndefined();
});

test('rules come from a list of the command line and from one of ARM', () => {
  const [rule] = read('sound.rules.json') as unknown as readonly Record<string, unknown>[];
  const { name: ruleName, ...ruleProperties } = rule ?? {};
  const page = { value: [{ name: ruleName, properties: ruleProperties }] };
  expect(parseCacheRules([rule])).toEqual(parseCacheRules(page));
  expect(parseCacheRules([{ ...rule, credentialSetResourceId: '/set' }])[0]?.credentialSet).toBe('/set');
});

test.each([
  [undefined, 'ARM_UNEXPECTED'],
  [[], 'ARM_UNEXPECTED'],
  [{ id: 'x', loginServer: 'a.azurecr.io' }, 'INVALID_INPUT'],
  [{ ...flat, id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/x' }, 'INVALID_INPUT'],
  [{ ...flat, loginServer: 'a/../b' }, 'ARM_UNEXPECTED'],
])('%j is no registry', (document, code) => {
  expect(() => parseRegistryDocument(document)).toThrow(expect.objectContaining({ code }) as Error);
});

test.each([[{}], [[{ name: 'x' }]], [{ value: {} }]])('%j is no list of rules', (document) => {
  expect(() => parseCacheRules(document)).toThrow(expect.objectContaining({ code: 'ARM_UNEXPECTED' }) as Error);
});

test('an empty text tells nothing, and is no reason to refuse the whole registry', () => {
  const empty = { provisioningState: '', networkRuleBypassOptions: '', roleAssignmentMode: '', location: '' };
  const { settings } = parseRegistryDocument({ ...flat, ...empty });
  expect(settings).toMatchObject({ provisioningState: undefined, bypass: undefined, roleAssignmentMode: undefined });
  const rule = { name: 'mcr', sourceRepository: 'mcr.microsoft.com/*', targetRepository: '*' };
  expect(parseCacheRules([{ ...rule, credentialSetResourceId: '', provisioningState: '' }])).toEqual([rule]);
});

import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { CacheRule } from '../../../shared/model/registry.js';
import { registryCodes } from '../../../shared/warming/registry-check.js';
import { diagnoseRegistry, examineRegistry, findingsOfPlan } from '../../../shared/warming/registry-findings.js';
import { clusterOf, registryOf } from '../../support/builders.js';
import { customerContext, factsOf, soundProbes, soundRule } from '../../support/registry-facts.js';
import { create, rows } from './registry-findings.rows.js';

test.each(rows)('a registry %s', (_sentence, changes, context, expected) => {
  const found = diagnoseRegistry(factsOf(changes), { ...customerContext, ...context });
  expect(found.map(({ code, effect, fix }) => [code, effect, fix])).toEqual(expected);
});

test('every code has a row above; what cannot be read is told by the app', () => {
  const covered = rows.flatMap(([, , , expected]) => expected.map(([code]) => code));
  expect([...new Set([...covered, 'registry-unreadable'])].sort()).toEqual(Object.keys(registryCodes).sort());
});

test('docs/doctor.md explains every code and no other', () => {
  const documented = [...readFileSync('docs/doctor.md', 'utf8').matchAll(/^\| `([a-z-]+-[a-z-]+)`/gm)].map(
    ([, code]) => code,
  );
  expect(documented.sort()).toEqual(Object.keys(registryCodes).sort());
});

const rule = fc.record({
  name: fc.constantFrom('aks-managed-mcr', 'mcr', 'mine'),
  sourceRepository: fc.constantFrom('mcr.microsoft.com/*', 'docker.io/*', 'mcr.microsoft.com/oss/*'),
  targetRepository: fc.constantFrom('aks-managed-repository/*', '/*', 'aks-managed-repository/oss/*', 'mcr/*'),
  provisioningState: fc.constantFrom('Succeeded', 'Failed', 'Creating'),
});
const rules = fc.uniqueArray(rule, {
  maxLength: 4,
  selector: ({ name, targetRepository }) => `${name} ${targetRepository}`,
});

test('the order of the rules plays no role', () => {
  const codes = (list: readonly CacheRule[]) =>
    diagnoseRegistry(factsOf({ rules: list }), customerContext)
      .map(({ code, subject }) => `${code} ${subject}`)
      .sort();
  fc.assert(
    fc.property(
      rules.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => expect(codes(shuffled)).toEqual(codes(list)),
    ),
  );
});

test('without a rule in good order something of effect unknown is found, with one nothing is missing', () => {
  fc.assert(
    fc.property(rules, (list) => {
      const found = diagnoseRegistry(factsOf({ rules: list }), customerContext);
      const serves = list.some(
        ({ sourceRepository, targetRepository }) =>
          sourceRepository === 'mcr.microsoft.com/*' && ['aks-managed-repository/*', '/*'].includes(targetRepository),
      );
      const lacks = found.some(({ code }) => ['cache-rule-missing', 'cache-rule-changed'].includes(code));
      expect(lacks).toBe(!serves);
      if (lacks) expect(found.some(({ effect }) => effect === 'unknown')).toBe(true);
    }),
  );
});

test('what ARM does not tell is no fault, and is not checked', () => {
  const facts = { registry: registryOf('acr') };
  expect(diagnoseRegistry(facts, customerContext)).toEqual([]);
  const checks = examineRegistry(facts, customerContext);
  expect(checks.filter(({ outcome }) => outcome === 'passed').map(({ name }) => name)).toEqual(['cache rule']);
  expect(new Set(checks.map(({ outcome }) => outcome))).toEqual(new Set(['passed', 'not-checked']));
});

test('what could not be asked is not checked', () => {
  const facts = factsOf({
    probes: { ...soundProbes, pull: { kind: 'unknown', reason: '429' }, permissions: { unread: '403' } },
  });
  const unchecked = examineRegistry(facts, customerContext).filter(({ outcome }) => outcome === 'not-checked');
  expect(unchecked.map(({ name, detail }) => [name, detail])).toEqual([
    ['pull', '429'],
    ['permissions', '403'],
  ]);
});

test('a plan tells problems with their command, and no notes', () => {
  const broken = registryOf('acr', [{ ...soundRule, targetRepository: '/*' }]);
  expect(findingsOfPlan(broken, clusterOf(), 'mcr.microsoft.com')).toEqual([]);
  expect(findingsOfPlan(registryOf('acr', []), clusterOf(), 'mcr.microsoft.com')).toEqual([
    {
      code: 'cache-rule-missing',
      subject: 'acr',
      message: expect.stringContaining(`. To repair it: ${create}`) as string,
      effect: 'unknown',
    },
  ]);
});

test('whoever is told to create a rule is told what ACR refuses it for (acr#789): repositories below its target, such as what was imported', () => {
  const told = rows
    .flatMap(([, changes, context]) => diagnoseRegistry(factsOf(changes), { ...customerContext, ...context }))
    .filter(({ fix }) => fix.includes(create));
  expect(new Set(told.map(({ code }) => code)).size).toBeGreaterThan(2);
  for (const { message } of told) expect(message).toContain('repositories lie below its target');
});

test.each([
  ['customer', 'rg', {}, 'customer'],
  ['its own', 'MC_rg_one_westeurope', { nodeResourceGroup: 'mc_rg_one_westeurope' }, 'managed'],
  ["another cluster's", 'MC_rg_two_westeurope', { nodeResourceGroup: 'MC_rg_one_westeurope' }, 'of-another-cluster'],
])('a registry in a group that is %s is told apart', async (_sentence, group, properties, owner) => {
  const { contextOf } = await import('../../../shared/warming/registry-facts.js');
  const resource = { ...registryOf().resource, resourceGroup: group };
  expect(contextOf(resource, 'mcr.microsoft.com', clusterOf('one', 'acr', { properties })).owner).toBe(owner);
});

test('in a registry that AKS made, a rule of another name that does the right thing holds no upgrade', () => {
  const facts = factsOf({ rules: [{ ...soundRule, name: 'aks-made-this' }] });
  const found = diagnoseRegistry(facts, { ...customerContext, owner: 'managed' });
  expect(found).toMatchObject([{ code: 'cache-rule-renamed', effect: 'none', weight: 'note' }]);
  expect(diagnoseRegistry(facts, customerContext)).toMatchObject([{ code: 'cache-rule-renamed', effect: 'unknown' }]);
});

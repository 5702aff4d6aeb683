import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCatalogFiles } from '../../../scripts/catalog/build.js';
import { translateCondition } from '../../../scripts/catalog/conditions.js';
import type { ReferenceComponent } from '../../../scripts/catalog/reference.js';
import { translateTagRule } from '../../../scripts/catalog/tag-rules.js';

const reference = join(process.cwd(), '../shared/reference');
const data = join(process.cwd(), 'shared/catalog/data');
const hasReference = existsSync(join(reference, 'components.json'));
if (!hasReference) {
  console.warn(
    `skipped: the comparison of the catalogue's data with its generator; the reference folder ${reference} is absent`,
  );
}

(hasReference ? test : test.skip)('the committed data is what the generator makes of the reference', () => {
  for (const [file, text] of buildCatalogFiles(reference)) {
    expect({ file, text: readFileSync(join(data, file), 'utf8') }).toEqual({ file, text });
  }
});

const component = (change: Partial<ReferenceComponent>): ReferenceComponent => ({
  component: 'invented',
  repositories: ['a/b'],
  tag: '{version}',
  kind: 'image',
  os: 'linux',
  when: 'always',
  evidence: [],
  confidence: 'high',
  exampleTags: [],
  aksReportsComponent: true,
  whenPropertyNameUnverified: false,
  usedBy: [],
  unmapped: false,
  candidates: [],
  ...change,
});

test.each([
  ['always', { kind: 'always' }],
  [{ 'a.b': true }, { kind: 'property', path: 'a.b', test: { equals: true } }],
  [{ 'a.b': 'contains IPv6' }, { kind: 'property', path: 'a.b', test: { contains: 'IPv6' } }],
  [{ 'agentPool.podSubnetID': 'set' }, { kind: 'pool', path: 'podSubnetID', test: { is: 'set' } }],
  [{ never: 'control-plane-hosted (there)' }, { kind: 'never', reason: 'control-plane' }],
  [
    { not: { 'a.b': false }, default: 'always' },
    { kind: 'not', condition: { kind: 'property', path: 'a.b', test: { equals: false } } },
  ],
])('the condition %j translates', (when, expected) => {
  expect(translateCondition(component({ when }))).toEqual(expected);
});

test.each([
  ['prose', { humanNote: 'only on Sundays' }],
  ['an unknown key', { moon: 'full' }],
  ['an unknown reason for never', { never: 'because' }],
  ['a value that is a sentence', { 'a.b': 'set, mostly' }],
  ['an alternative in prose', { anyOf: ['fallback when all else fails'] }],
  ['nothing', {}],
  ['no condition', undefined],
  ['another word', 'sometimes'],
])('%s as a condition stops the generator and names the component', (_sentence, when) => {
  expect(() => translateCondition(component({ when }))).toThrow(/invented: .*conditions\.ts/);
});

test('a condition that was read by hand and changed since stops the generator', () => {
  expect(() => translateCondition(component({ component: 'kaito-base', when: 'always' }))).toThrow('kaito-base');
});

test.each([
  ['an unknown tag form', component({ tag: 'v{moon}' })],
  ['a changed derivation', component({ component: 'app-routing-nginx', derivation: [{ operator: '>=9' }] })],
])('%s stops the generator', (_sentence, changed) => {
  expect(() => translateTagRule(changed)).toThrow(changed.component);
});

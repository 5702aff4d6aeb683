import { candidatesOf, otherPlaces } from '../../../shared/catalog/candidates.js';
import { loadCatalog, type Catalog } from '../../../shared/catalog/catalog.js';
import type { Component } from '../../../shared/catalog/schema.js';

const unplaced: Component = {
  name: 'keda',
  kind: 'image',
  confidence: 'low',
  condition: { kind: 'always' },
  repositories: [],
  candidates: [],
  repositoryRules: [],
  traits: [],
  pins: 1,
  examples: [],
};

function catalogOf(...repositories: readonly string[]): Catalog {
  return { ...loadCatalog(), components: new Map(), knownTags: new Map(repositories.map((name) => [name, new Set()])) };
}

const places = (component: Component, catalog = catalogOf()) =>
  candidatesOf(component, '2.17.1', catalog).map(({ repository }) => repository);

test('a guess is a place with the version as its tag', () => {
  const component = { ...unplaced, candidates: ['oss/v2/kedacore/keda', 'oss/kedacore/keda'] };
  expect(candidatesOf(component, '2.17.1', catalogOf())).toEqual([
    { repository: 'oss/v2/kedacore/keda', tag: '2.17.1' },
    { repository: 'oss/kedacore/keda', tag: '2.17.1' },
  ]);
});

test.each([
  ['stands for the known names of its form', 'oss/v2/eraser/*', ['oss/v2/eraser/eraser', 'oss/v2/eraser/remover'], 2],
  ['stands within a path segment', 'oss/vpa-*', ['oss/vpa-updater', 'oss/vpa-x/deeper', 'oss/vpa'], 1],
  ['with text behind it', 'oss/*-updater', ['oss/vpa-updater', 'oss/vpa-recommender'], 1],
  ['twice stands for nothing', 'oss/*/*', ['oss/a/b'], 0],
  ['of no known name stands for nothing', 'oss/v2/eraser/*', ['oss/v2/kubernetes/pause'], 0],
  ['of too many names stands for nothing', 'oss/*', Array.from({ length: 21 }, (_unused, index) => `oss/n${index}`), 0],
])('a guess with a star %s', (_sentence, candidate, known, count) => {
  expect(places({ ...unplaced, candidates: [candidate] }, catalogOf(...known))).toHaveLength(count);
});

test.each(['', 'has space', '../up', 'x'.repeat(200)])('a version that is no tag is nowhere: "%s"', (version) => {
  expect(candidatesOf({ ...unplaced, candidates: ['a/b'] }, version, catalogOf())).toEqual([]);
});

test('an image may also be in the other repositories of its component', () => {
  const component = { ...unplaced, repositories: ['new/a', 'old/a'], candidates: ['guess/a'] };
  const found = otherPlaces(component, { repository: 'new/a', tag: 'v1' }, catalogOf());
  expect(found.map(({ repository }) => repository)).toEqual(['old/a', 'guess/a']);
});

test('repositories of different images are no places of one another', () => {
  const component: Component = { ...unplaced, repositories: ['a/x', 'a/y'], traits: ['every-repository'] };
  expect(otherPlaces(component, { repository: 'a/x', tag: 'v1' }, catalogOf())).toEqual([]);
});

test('every component of the catalogue without a repository has concrete places, or guesses that fit no known name', () => {
  const catalog = loadCatalog();
  const open = [...catalog.components.values()].filter(({ candidates }) => candidates.length > 0);
  expect(open.length).toBeGreaterThan(5);
  const without = open.filter((component) => candidatesOf(component, 'v1.0.0', catalog).length === 0);
  expect(without.map(({ name }) => name)).toEqual(['image-cleaner']);
});

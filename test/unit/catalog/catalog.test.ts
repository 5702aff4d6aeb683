import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listedRepositories, loadCatalog } from '../../../shared/catalog/catalog.js';
import { catalogTags } from '../../../shared/catalog/catalog-tags.js';
import type { Condition } from '../../../shared/catalog/condition.js';
import { artifactName } from '../../../shared/model/artifact.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { resolve, resolveSample, sample, sampleNames } from '../requirements/clusters.fixture.js';

const catalog = loadCatalog();

test('the bundled data is valid, parsed once and frozen', () => {
  expect(loadCatalog()).toBe(catalog);
  expect(Object.isFrozen(catalog)).toBe(true);
  expect(Object.isFrozen(catalog.components.get('coredns')?.repositories)).toBe(true);
  expect(catalog.components.size).toBeGreaterThan(150);
});

test('every component that others refer to is in the map', () => {
  const known = new Set(catalog.components.keys());
  for (const { aliasOf, tag, condition } of catalog.components.values()) {
    const named = [
      aliasOf,
      tag !== undefined && 'component' in tag ? tag.component : undefined,
      ...componentsIn(condition),
    ];
    for (const name of named) if (name !== undefined) expect(known).toContain(name);
  }
});

test('a component that nodes may pull has a repository and a rule for its tag, or candidates or nothing at all', () => {
  for (const { condition, repositories, tag, name } of catalog.components.values()) {
    const isPulled = condition.kind !== 'never' && repositories.length > 0;
    expect([name, tag !== undefined]).toEqual([name, isPulled]);
  }
});

test('lists are asked for only where a tag cannot be derived', () => {
  const listed = listedRepositories(catalog);
  expect(listed).toEqual([...listed].sort());
  expect(listed).toContain('oss/v2/kubernetes/kube-proxy');
  expect(listed).toContain('aks/msi/addon-token-adapter');
  expect(listed).not.toContain('oss/v2/kubernetes/coredns');
  expect(listed.length).toBeLessThan(15);
});

test.each(sampleNames)('the tags of the catalogue hold everything that %s needs', (name) => {
  const { profile } = sample(name);
  const versions = ['1.34.10', '1.35.7'];
  const tags = catalogTags(catalog, versions.map(parseKubernetesVersion), profile.componentsByMinor);
  for (const target of versions) {
    for (const set of [resolveSample(name, target), resolve(sample(name).cluster, target)]) {
      const absent = set.artifacts.filter(({ repository, tag }) => !tags.get(repository)?.has(tag));
      expect(absent.map(artifactName)).toEqual([]);
    }
  }
});

const notes = join(process.cwd(), '../shared/reference/vhd-images.json');
if (!existsSync(notes)) console.warn(`skipped: recall against node image notes; ${notes} is absent`);

/** Baked into every node image, whatever the cluster runs: what these samples have no use for. */
const elsewhere =
  /^(?:oss\/kubernetes\/(?!pause)|containernetworking\/azure-npm|.*(?:windows-gmsa|node-ca-watcher|blob-csi|log-collector))/;

(existsSync(notes) ? test : test.skip)(
  'the samples together need every repository that the newest node images pre-pull for them',
  () => {
    const images = JSON.parse(readFileSync(notes, 'utf8')) as { release: string; images: string[] }[];
    const baked = images.filter(({ release }) => release === '202607.02.0').flatMap((note) => note.images);
    const wanted = new Set(
      baked.map((image) => image.replace('mcr.microsoft.com/', '')).filter((name) => !elsewhere.test(name)),
    );
    const needed = sampleNames.flatMap((name) => resolveSample(name).artifacts);
    const repositories = new Set(needed.map(({ repository }) => repository));
    expect(
      [...wanted].map((name) => name.split(':')[0] ?? '').filter((repository) => !repositories.has(repository)),
    ).toEqual([]);
    // Reported versions come from these notes: the very tags must be there, for what the samples report at 1.35.
    const names = new Set(needed.map(artifactName));
    expect([...wanted].filter((name) => names.has(name)).length).toBeGreaterThanOrEqual(20);
  },
);

function componentsIn(condition: Condition): readonly string[] {
  if (condition.kind === 'component') return [condition.component];
  if (condition.kind === 'not') return componentsIn(condition.condition);
  return condition.kind === 'all' || condition.kind === 'any' ? condition.of.flatMap(componentsIn) : [];
}

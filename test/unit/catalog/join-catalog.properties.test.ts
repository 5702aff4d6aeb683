import fc from 'fast-check';
import { artifactName, isTag, versionSources } from '../../../shared/model/artifact.js';
import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { joinCatalog } from '../../../shared/catalog/join-catalog.js';
import type { CatalogFacts } from '../../../shared/catalog/sources/facts.js';
import { parseOverrides } from '../../../shared/catalog/sources/overrides.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../../../shared/requirements/resolve.js';
import { bakes } from '../../support/catalog/facts.js';
import { clusterWith } from '../requirements/clusters.fixture.js';

const bundled = loadCatalog();
const cluster = clusterWith();
const repositories = [
  'oss/v2/kubernetes/coredns',
  'oss/kubernetes/coredns',
  'oss/v2/kubernetes/kube-proxy',
  'oss/v2/kubernetes/pause',
  'a/new',
  'a/newer',
];
const image = fc.record(
  {
    repository: fc.constantFrom(...repositories),
    tag: fc.constantFrom('v1.13.1-20', 'v1.13.1-21', 'v1.35.6-3', 'v1.35.6-11', '3.11'),
    container: fc.constantFrom('coredns', 'kube-proxy', 'brand-new', 'metrics-server'),
  },
  { requiredKeys: ['repository', 'tag'] },
);
const images = fc.array(image, { maxLength: 6 });
const facts: fc.Arbitrary<readonly CatalogFacts[]> = fc.array(
  fc.oneof(
    images.map((found): CatalogFacts => ({ ...bakes(), images: found })),
    fc.record({ kind: fc.constant('aks-release' as const), name: fc.constantFrom('v20260801', 'v20260808'), images }),
    fc.record({ kind: fc.constant('kubernetes-release' as const), name: fc.constantFrom('1.35.6', '1.34.9'), images }),
    fc.record({
      kind: fc.constant('node-image' as const),
      name: fc.constantFrom('AKSUbuntu/1', 'AKSUbuntu/2'),
      images,
    }),
  ),
  { maxLength: 6 },
);
const reports = fc.array(
  fc.record({
    name: fc.constantFrom('coredns', 'brand-new', 'metrics-server'),
    version: fc.constantFrom('v1.13.1-20', 'v9'),
  }),
  { maxLength: 3 },
);

const resolve = (
  catalog: ReturnType<typeof joinCatalog>,
  reported: readonly { name: string; version: string }[] = [],
) => resolveRequirements({ cluster, target: parseKubernetesVersion('1.35.6'), reported, catalog, tagLists: new Map() });

test('the order of sources and of what they list never matters', () => {
  const shuffled = facts.chain((found) => {
    const whole =
      found.length === 0 ? fc.constant(found) : fc.shuffledSubarray([...found], { minLength: found.length });
    const inside = (fact: CatalogFacts): fc.Arbitrary<CatalogFacts> =>
      fc
        .shuffledSubarray([...fact.images], { minLength: fact.images.length })
        .map((list) => ({ ...fact, images: list }));
    return fc.tuple(
      fc.constant(found),
      whole.chain((list) => fc.tuple(...list.map(inside))),
      reports,
    );
  });
  fc.assert(
    fc.property(shuffled, ([one, other, reported]) => {
      const [left, right] = [joinCatalog(bundled, one), joinCatalog(bundled, other)];
      expect(resolve(right, reported)).toEqual(resolve(left, reported));
      expect(right.learned).toEqual(left.learned);
      expect(right.components).toEqual(left.components);
    }),
    { numRuns: 150 },
  );
});

test('joining twice changes nothing, and neither does joining nothing', () => {
  fc.assert(
    fc.property(facts, (found) => {
      expect(joinCatalog(bundled, [...found, ...found])).toEqual(joinCatalog(bundled, found));
    }),
    { numRuns: 100 },
  );
});

test('every artifact has a source, and every component that the bundled data serves is still served or said to be open', () => {
  const before = new Set(
    resolve(bundled).artifacts.flatMap(({ because }) => because.map(({ component }) => component)),
  );
  fc.assert(
    fc.property(facts, (found) => {
      const set = resolve(joinCatalog(bundled, found));
      const named = new Set(set.artifacts.flatMap(({ because }) => because.map(({ component }) => component)));
      const open = new Set(set.unresolved.map(({ component }) => component));
      for (const component of before) expect(named.has(component) || open.has(component)).toBe(true);
      for (const artifact of set.artifacts) {
        expect(isTag(artifact.tag)).toBe(true);
        expect(artifact.because.length).toBeGreaterThan(0);
        expect(artifact.because.every(({ source }) => versionSources.includes(source))).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});

test('what AKS releases run for a component that every cluster has is in the set, or said to be open', () => {
  fc.assert(
    fc.property(facts, (found) => {
      const set = resolve(joinCatalog(bundled, found));
      const wanted = found
        .filter(({ kind }) => kind === 'aks-release')
        .flatMap((fact) => fact.images.filter(({ repository }) => repository.endsWith('/coredns')));
      const names = new Set(set.artifacts.map(artifactName));
      for (const artifact of wanted) {
        const isOpen = set.unresolved.some(
          ({ component, version }) => component === 'coredns' && version === artifact.tag,
        );
        expect(names.has(artifactName(artifact)) || isOpen).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});

const profiles = fc.subarray([
  { addonProfiles: { azurepolicy: { enabled: true } } },
  { workloadAutoScalerProfile: { keda: { enabled: true } } },
  { ingressProfile: { webAppRouting: { enabled: true } } },
  { storageProfile: { blobCSIDriver: { enabled: true } } },
]);
const pool = fc.record({
  osSKU: fc.constantFrom('Ubuntu', 'AzureLinux'),
  vmSize: fc.constantFrom('Standard_D4s_v5', 'Standard_D4ps_v6'),
});
const own = { images: [{ repository: 'dotnet/runtime', tags: ['8.0'], because: 'ours' }] };
const overrides = fc
  .constantFrom({}, own, { components: { exclude: [{ name: 'coredns', because: 'ours' }] } })
  .map((file) => parseOverrides(JSON.stringify(file)));

test('with every source and overrides, an add-on never removes an artifact and two pools pull the union', () => {
  fc.assert(
    fc.property(facts, overrides, profiles, fc.tuple(pool, pool), (found, known, on, [one, two]) => {
      const catalog = joinCatalog(bundled, found, known);
      const namesOf = (properties: object, pools: readonly object[]): readonly string[] => {
        const named = pools.map((body, index) => ({ ...body, name: `pool${index}` }));
        const target = parseKubernetesVersion('1.35.6');
        const input = {
          cluster: clusterWith({ ...properties }, named),
          target,
          reported: [],
          catalog,
          tagLists: new Map(),
        };
        return resolveRequirements(input).artifacts.flatMap((artifact) =>
          artifact.platforms.map((platform) => `${artifactName(artifact)} ${platform}`),
        );
      };
      const [all, few] = [Object.assign({}, ...on) as object, Object.assign({}, ...on.slice(1)) as object];
      const both = namesOf(all, [one, two]);
      expect(namesOf(few, [one, two]).filter((name) => !both.includes(name))).toEqual([]);
      expect([...both].sort()).toEqual([...new Set([...namesOf(all, [one]), ...namesOf(all, [two])])].sort());
    }),
    { numRuns: 60 },
  );
});

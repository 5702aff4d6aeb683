import fc from 'fast-check';
import { loadCatalog } from '../../../shared/catalog/catalog.js';
import { artifactName } from '../../../shared/model/artifact.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { explainRequirement } from '../../../shared/requirements/explain.js';
import { nodeComponentsOf } from '../../../shared/requirements/explain-node.js';
import { resolveRequirements, type RequirementInput } from '../../../shared/requirements/resolve.js';
import { clusterWith } from './clusters.fixture.js';

// Each run explains many names, and each explanation resolves a set.
const catalog = loadCatalog();
const nodeComponents = nodeComponentsOf(catalog.nodeBootstrap).map(({ name }) => name);
const knownImages = [...catalog.knownTags].flatMap(([repository, tags]) =>
  [...tags].map((tag) => `${repository}:${tag}`),
);
const knownNames = [...catalog.components.keys(), ...nodeComponents, ...catalog.knownTags.keys(), ...knownImages];

const properties = fc.record(
  {
    networkProfile: fc.record(
      {
        networkPlugin: fc.constantFrom('azure', 'none'),
        networkPluginMode: fc.constant('overlay'),
        networkDataplane: fc.constantFrom('azure', 'cilium'),
        networkPolicy: fc.constantFrom('azure', 'calico', 'cilium'),
      },
      { requiredKeys: [] },
    ),
    addonProfiles: fc.dictionary(
      fc.constantFrom('omsagent', 'azurepolicy', 'azureKeyvaultSecretsProvider', 'openServiceMesh'),
      fc.record({ enabled: fc.boolean() }),
    ),
    workloadAutoScalerProfile: fc.constant({ keda: { enabled: true } }),
    ingressProfile: fc.constant({ webAppRouting: { enabled: true } }),
    serviceMeshProfile: fc.constant({ istio: { revisions: ['asm-1-29'] } }),
  },
  { requiredKeys: [] },
);
const pools = fc.array(
  fc.record({
    osSKU: fc.constantFrom('Ubuntu', 'AzureLinux', 'AzureContainerLinux', 'SomethingNew'),
    vmSize: fc.constantFrom('Standard_D4s_v5', 'Standard_D4ps_v6'),
  }),
  { minLength: 1, maxLength: 3 },
);
const reported = fc.array(
  fc.record({
    name: fc.oneof(fc.constantFrom(...catalog.components.keys()), fc.constant('something-new')),
    version: fc.constantFrom('v1.2.3', 'v1.18.9-260508', '1.15.5', 'not a tag'),
  }),
  { maxLength: 10 },
);
/** Without the catalogue, which would fill a screen when a property fails. */
const inputs = fc
  .record({ properties, pools, reported, target: fc.constantFrom('1.32.11', '1.33.11', '1.34.10', '1.35.7', '1.36.3') })
  .map(({ properties: given, pools: bodies, reported: reports, target }) => ({
    cluster: clusterWith(
      given,
      bodies.map((pool, index) => ({ ...pool, name: `pool${index}` })),
    ),
    target: parseKubernetesVersion(target),
    reported: reports,
  }));
const tagLists = new Map([['oss/v2/kubernetes/kube-proxy', ['v1.36.3-2', 'v1.36.3-11']]]);

test('explain says "in" exactly when the set has it, and "unresolved" only when the set has the gap', () => {
  fc.assert(
    fc.property(inputs, fc.subarray(knownNames, { minLength: 5, maxLength: 15 }), (facts, asked) => {
      const input = { ...facts, catalog, tagLists };
      const set = resolveRequirements(input);
      const names = new Set(set.artifacts.map(artifactName));
      const repositories = new Set(set.artifacts.map(({ repository }) => repository));
      const reasons = new Set(set.artifacts.flatMap(({ because }) => because.map(({ component }) => component)));
      const gaps = new Set(set.unresolved.map(({ component }) => component));
      for (const name of asked) {
        const { subject, answer, components } = explainRequirement(name, input);
        expect(subject.kind).not.toBe('unknown');
        const others = components.map((component) => component.name);
        const has = {
          component: others.some((other) => reasons.has(other)),
          repository: repositories.has(name),
          image: names.has(name),
          unknown: false,
        }[subject.kind];
        expect({ name, in: answer === 'in' }).toEqual({ name, in: has });
        if (answer === 'unresolved') expect(others.some((other) => gaps.has(other))).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});

test('whoever is said to run a component has its artifacts, its gaps, or its other name in the set, and nobody else has', () => {
  fc.assert(
    fc.property(
      inputs,
      fc.subarray([...catalog.components.keys(), ...nodeComponents], { minLength: 5, maxLength: 15 }),
      (facts, asked) => {
        const input = { ...facts, catalog, tagLists };
        const set = resolveRequirements(input);
        const inSet = new Set([
          ...set.artifacts.flatMap(({ because }) => because.map(({ component }) => component)),
          ...set.unresolved.map(({ component }) => component),
        ]);
        for (const name of asked) {
          const own = explainRequirement(name, input).components.filter((component) => component.name === name);
          const runs = own.some(({ pools: groups }) => groups.some((group) => group.runs));
          const isCovered = own.some(({ isCoveredByAlias }) => isCoveredByAlias);
          expect({ name, inSet: inSet.has(name) }).toEqual({ name, inSet: runs && !isCovered });
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('everything in a set can be explained: by its name, its repository, and each component in its reasons', () => {
  fc.assert(
    fc.property(inputs, (facts) => {
      const input = { ...facts, catalog, tagLists };
      const { artifacts } = resolveRequirements(input);
      for (const artifact of artifacts.slice(0, 12)) {
        const asked = [
          artifactName(artifact),
          `contoso.azurecr.io/aks-managed-repository/${artifactName(artifact)}@sha256:${'a'.repeat(64)}`,
          artifact.repository,
          ...artifact.because.map(({ component }) => component),
        ];
        for (const name of asked) expect(explainRequirement(name, input)).toMatchObject({ answer: 'in' });
        const [own] = explainRequirement(artifactName(artifact), input).artifacts;
        expect(own).toEqual(artifact);
      }
    }),
    { numRuns: 15 },
  );
});

test('no source that speaks is passed over for a worse one', () => {
  fc.assert(
    fc.property(
      inputs,
      fc.subarray([...catalog.components.keys()], { minLength: 5, maxLength: 15 }),
      (facts, asked) => {
        const input = { ...facts, catalog, tagLists };
        for (const name of asked) {
          const [component] = explainRequirement(name, input).components.filter((one) => one.name === name);
          const { sources = [] } = component ?? {};
          // Of kube-proxy, listed and baked revisions count side by side, and lists come first.
          if (catalog.components.get(name)?.tag?.rule === 'kubernetes-revision') continue;
          const used = sources.map((source) => source.used);
          if (used.includes(true)) expect({ name, first: used[0] }).toEqual({ name, first: true });
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('any text is answered without throwing, and without what a terminal obeys', () => {
  const input: RequirementInput = {
    cluster: clusterWith(),
    target: parseKubernetesVersion('1.35.7'),
    reported: [],
    catalog,
    tagLists: new Map(),
  };
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '../../etc/passwd',
      'a'.repeat(100_000),
      '/'.repeat(5000),
      ':',
      '@',
      '',
    ),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const { subject } = explainRequirement(text, input);
      expect(subject.name).not.toMatch(/[\p{Cc}\u2028]/u);
      expect(subject.name.length).toBeLessThanOrEqual(300);
    }),
  );
});

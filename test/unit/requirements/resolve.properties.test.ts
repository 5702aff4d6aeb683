import fc from 'fast-check';
import { loadCatalog, type Catalog, type TagLists } from '../../../shared/catalog/catalog.js';
import type { Cluster, ReportedComponent } from '../../../shared/model/cluster.js';
import { artifactName, type RequirementSet } from '../../../shared/model/artifact.js';
import { parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../../../shared/requirements/resolve.js';
import { clusterWith, find, names, resolve, type PoolSpec } from './clusters.fixture.js';

// Hundreds of sets per property: more than jest's five seconds on a busy machine.
/** Switches that only ever add: an operator turns them on and off. */
const addOns: readonly (readonly [string, string, unknown])[] = [
  ['addonProfiles', 'ACCSGXDevicePlugin', { enabled: true, config: { ACCSGXQuoteHelperEnabled: 'true' } }],
  ['addonProfiles', 'extensionManager', { enabled: true }],
  ['aiToolchainOperatorProfile', 'enabled', true],
  ['azureMonitorProfile', 'appMonitoring', { autoInstrumentation: { enabled: true } }],
  ['securityProfile', 'imageIntegrity', { enabled: true }],
  ['windowsProfile', 'gmsaProfile', { enabled: true }],
  ['workloadAutoScalerProfile', 'verticalPodAutoscaler', { enabled: true }],
  ['addonProfiles', 'azureKeyvaultSecretsProvider', { enabled: true }],
  ['addonProfiles', 'azurepolicy', { enabled: true }],
  ['addonProfiles', 'omsagent', { enabled: true, config: { useAADAuth: 'true' } }],
  ['addonProfiles', 'ingressApplicationGateway', { enabled: true }],
  ['addonProfiles', 'aciConnectorLinux', { enabled: true }],
  ['addonProfiles', 'openServiceMesh', { enabled: true }],
  ['azureMonitorProfile', 'metrics', { enabled: true }],
  ['securityProfile', 'workloadIdentity', { enabled: true }],
  ['securityProfile', 'imageCleaner', { enabled: true }],
  ['securityProfile', 'defender', { securityMonitoring: { enabled: true } }],
  ['securityProfile', 'customCATrustCertificates', ['certificate']],
  ['storageProfile', 'blobCSIDriver', { enabled: true }],
  ['ingressProfile', 'webAppRouting', { enabled: true, dnsZoneResourceIds: ['zone'] }],
  ['serviceMeshProfile', 'istio', { revisions: ['asm-1-29'] }],
  ['workloadAutoScalerProfile', 'keda', { enabled: true }],
  ['metricsProfile', 'costAnalysis', { enabled: true }],
];

const targets = fc.constantFrom('1.32.11', '1.33.11', '1.34.10', '1.35.6', '1.35.7', '1.36.3');
const network = fc.record(
  {
    networkPlugin: fc.constantFrom('azure', 'none'),
    networkPluginMode: fc.constant('overlay'),
    networkDataplane: fc.constantFrom('azure', 'cilium'),
    networkPolicy: fc.constantFrom('none', 'azure', 'calico', 'cilium'),
  },
  { requiredKeys: [] },
);
const poolBody = fc.record(
  {
    osType: fc.constantFrom('Linux' as const, 'Windows' as const),
    osSKU: fc.constantFrom('Ubuntu', 'Ubuntu2204', 'Ubuntu2404', 'AzureLinux', 'AzureContainerLinux', 'SomethingNew'),
    vmSize: fc.constantFrom('Standard_D4s_v5', 'Standard_D4ps_v6', 'Standard_NC24ads_A100_v4'),
    podSubnetID: fc.constant('/subscriptions/s/subnet'),
    enableFIPS: fc.boolean(),
    workloadRuntime: fc.constantFrom('OCIContainer', 'KataVmIsolation'),
    nodeImageVersion: fc.constantFrom(
      'AKSUbuntu-2204gen2containerd-202607.02.0',
      'AKSUbuntu-2404gen2containerd-202606.19.0',
      'AKSAzureLinux-V3gen2-202607.02.0',
    ),
  },
  { requiredKeys: ['osType', 'osSKU', 'vmSize'] },
);
const linuxPool = poolBody.map((body) => ({ ...body, osType: 'Linux' as const }));
const switches = fc.subarray([...addOns]);
const reportedNames = fc.oneof(fc.constantFrom(...loadCatalog().components.keys()), fc.string({ maxLength: 30 }));
const versions = fc.oneof(
  fc.constantFrom('v1.2.3', 'v1.18.9-260508', '0.2.19', '1.15.5'),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const reports = fc.array(fc.record({ name: reportedNames, version: versions }), { maxLength: 20 });
const tagLists: fc.Arbitrary<TagLists> = fc
  .array(
    fc.tuple(
      fc.constantFrom('oss/v2/kubernetes/kube-proxy', 'oss/v2/istio/pilot'),
      fc.array(fc.oneof(fc.string(), fc.constantFrom('v1.35.6-1', 'v1.35.6-12', 'v1.29.9-1'))),
    ),
  )
  .map((entries) => new Map(entries));

const anything = [targets, network, switches, fc.array(poolBody, { maxLength: 3 }), reports] as const;

test('resolving is deterministic, and changes nothing that it is given', () => {
  fc.assert(
    fc.property(...anything, (target, net, on, bodies, reported) => {
      const input = cluster(net, on, named(bodies));
      const before = JSON.stringify(input);
      const once = resolve(input, target, { reported });
      expect(resolve(cluster(net, on, named(bodies)), target, { reported })).toEqual(once);
      expect(resolve(input, target, { reported })).toEqual(once);
      expect(JSON.stringify(input)).toBe(before);
    }),
  );
});

test('no artifact is without a reason, a platform and a condition in words; nothing is in the set twice', () => {
  fc.assert(
    fc.property(...anything, (target, net, on, bodies, reported) => {
      const set = resolve(cluster(net, on, named(bodies)), target, { reported });
      expect(new Set(names(set)).size).toBe(set.artifacts.length);
      for (const { because, platforms, baked } of set.artifacts) {
        expect(platforms.length).toBeGreaterThan(0);
        expect(because.length).toBeGreaterThan(0);
        expect(because.every(({ condition, component }) => condition !== '' && component !== '')).toBe(true);
        expect(baked).not.toEqual([]);
      }
    }),
  );
});

test('the order of the data files never matters', () => {
  const { components, ...rest } = loadCatalog();
  const reversed = <Value>(map: ReadonlyMap<string, Value>) => new Map([...map].reverse());
  const catalog: Catalog = {
    ...rest,
    components: reversed(components),
    agentbaker: reversed(rest.agentbaker),
    nodeImages: reversed(rest.nodeImages),
    knownTags: new Map([...rest.knownTags].reverse().map(([name, tags]) => [name, new Set([...tags].reverse())])),
    nodeImageContents: reversed(rest.nodeImageContents),
  };
  fc.assert(
    fc.property(...anything, (target, net, on, bodies, reported) => {
      const input = { cluster: cluster(net, on, named(bodies)), target: parseKubernetesVersion(target), reported };
      const forth = resolveRequirements({ ...input, catalog: loadCatalog(), tagLists: new Map() });
      expect(resolveRequirements({ ...input, catalog, tagLists: new Map() })).toEqual(forth);
    }),
  );
});

test('an artifact of two pools is baked only where both pools have it baked', () => {
  fc.assert(
    fc.property(targets, network, linuxPool, linuxPool, (target, net, one, two) => {
      const [a, b] = named([one, two]);
      const each = [a!, b!].map((pool) => resolve(cluster(net, [], [pool]), target));
      for (const artifact of resolve(cluster(net, [], [a!, b!]), target).artifacts) {
        const own = each.flatMap((set) => find(set, artifactName(artifact)) ?? []);
        const expected = own.every(({ baked }) => baked)
          ? [...new Set(own.flatMap(({ baked }) => baked ?? []))].sort()
          : undefined;
        expect(artifact.baked).toEqual(expected);
      }
    }),
  );
});

function cluster(networkProfile: unknown, on: readonly (typeof addOns)[number][], pools: readonly PoolSpec[]): Cluster {
  const properties: Record<string, Record<string, unknown>> = {};
  for (const [section, name, value] of on) properties[section] = { ...properties[section], [name]: value };
  return clusterWith({ ...properties, networkProfile }, pools);
}

function named(pools: readonly Omit<PoolSpec, 'name'>[]): PoolSpec[] {
  return pools.map((pool, index) => ({ ...pool, name: `pool${index}` }));
}

test('adding an add-on never removes an artifact', () => {
  fc.assert(
    fc.property(targets, network, switches, fc.constantFrom(...addOns), reports, (target, net, on, more, reported) => {
      const pools = named([{ osSKU: 'Ubuntu', vmSize: 'Standard_D4s_v5' }]);
      const before = names(resolve(cluster(net, on, pools), target, { reported }));
      const after = new Set(names(resolve(cluster(net, [...on, more], pools), target, { reported })));
      expect(before.filter((name) => !after.has(name))).toEqual([]);
    }),
  );
});

test('the set of two pools is the union of the sets of each', () => {
  fc.assert(
    fc.property(targets, network, switches, linuxPool, linuxPool, (target, net, on, one, two) => {
      const [a, b] = named([one, two]);
      const both = resolve(cluster(net, on, [a!, b!]), target);
      const each = [resolve(cluster(net, on, [a!]), target), resolve(cluster(net, on, [b!]), target)];
      expect(flat([both])).toEqual(flat(each));
    }),
  );
});

test('the order of pools, reports and tag lists never matters', () => {
  fc.assert(
    fc.property(
      targets,
      network,
      switches,
      fc.array(poolBody, { maxLength: 4 }),
      reports,
      tagLists,
      (target, net, on, bodies, reported, lists) => {
        const pools = named(bodies);
        const forth = resolve(cluster(net, on, pools), target, { reported, tagLists: lists });
        const back = resolve(cluster(net, [...on].reverse(), [...pools].reverse()), target, {
          reported: [...reported].reverse(),
          tagLists: new Map([...lists].reverse().map(([name, tags]) => [name, [...tags].reverse()])),
        });
        expect(back).toEqual(forth);
      },
    ),
  );
});

test('hostile component names and versions never throw and never become artifacts without a valid name or a reason', () => {
  const hostile: fc.Arbitrary<ReportedComponent> = fc.record({
    name: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'constructor', 'toString', ' COREDNS ', 'coredns'),
    ),
    version: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', '../../etc', 'v1\n', 'x'.repeat(1000)),
    ),
  });
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 15 }), (reported) => {
      const set = resolve(clusterWith(), '1.35.7', { reported });
      for (const { repository, tag, because } of set.artifacts) {
        expect(`${repository}:${tag}`).toMatch(/^[a-z0-9][a-z0-9/._-]*:\w[\w.-]{0,127}$/);
        expect(because.length).toBeGreaterThan(0);
      }
      expect(set.unresolved.map(({ component, version }) => `${component}${version ?? ''}`).join('')).not.toMatch(
        /\p{Cc}/u,
      );
    }),
  );
});

test('any JSON as properties resolves without throwing', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('networkProfile', 'addonProfiles', 'serviceMeshProfile', '__proto__', 'x'),
        fc.jsonValue(),
      ),
      (extra) => {
        const base = clusterWith();
        const set = resolve({ ...base, properties: extra }, '1.35.7');
        expect(set.artifacts.length).toBeGreaterThan(0);
      },
    ),
  );
});

/** Sets as one sorted list of facts, so that unions compare. */
function flat(sets: readonly RequirementSet[]): readonly string[] {
  const facts = sets.flatMap(({ artifacts, unresolved, findings }) => [
    ...artifacts.flatMap(({ repository, tag, kind, platforms, because }) => [
      ...platforms.map((platform) => `${repository}:${tag} ${kind} on ${platform}`),
      ...because.map((reason) => `${repository}:${tag} because ${JSON.stringify(reason)}`),
    ]),
    ...unresolved.map((entry) => JSON.stringify(entry)),
    ...findings.map((entry) => JSON.stringify(entry)),
  ]);
  return [...new Set(facts)].sort();
}

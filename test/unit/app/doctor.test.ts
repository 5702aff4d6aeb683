import { examine, hasProblems, type DoctorPorts } from '../../../shared/app/doctor.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { RegistryProber } from '../../../shared/warming/registry-facts.js';
import { clusterId, clusterOf, profileOf, registryId, registryOf } from '../../support/builders.js';
import { FakeClusters, FakeRegistries } from '../../support/fakes/fake-arm.js';
import { soundProbes, soundRule, soundSettings } from '../../support/registry-facts.js';

const prober: RegistryProber = {
  resolve: async () => ({ kind: 'private', addresses: ['10.0.0.4'] }),
  reach: async () => ({ kind: 'allowed' }),
  pull: async () => ({ kind: 'allowed' }),
  permissions: async () => soundProbes.permissions,
  unhealthyCredentials: async () => new Map(),
};

function arrange(): DoctorPorts & { readonly clusters: FakeClusters; readonly registries: FakeRegistries } {
  const clusters = new FakeClusters();
  const registries = new FakeRegistries();
  registries.put({ ...registryOf('acr', [soundRule]), settings: soundSettings });
  clusters.put(clusterOf('one'), profileOf());
  clusters.put(clusterOf('two'), profileOf());
  clusters.put(clusterOf('plain', null), profileOf());
  return {
    clusters,
    registries,
    prober,
    findRegistry: async () => registryOf().resource,
    marHost: 'mcr.microsoft.com',
  };
}

test('a registry that several clusters use is examined once, with both of its records', async () => {
  const asked: string[] = [];
  const resolve: RegistryProber['resolve'] = async (host) => {
    asked.push(host);
    return { kind: 'private', addresses: ['10.0.0.4'] };
  };
  const report = await examine({}, { ...arrange(), prober: { ...prober, resolve } });
  expect(report.registries.map(({ name, clusters }) => [name, clusters])).toEqual([['acr', ['one', 'two']]]);
  expect(asked).toEqual(['acr.azurecr.io', 'acr.westeurope.data.azurecr.io']);
  expect(report.clusters.map(({ name, isolated }) => [name, isolated])).toEqual([
    ['one', true],
    ['two', true],
    ['plain', false],
  ]);
  expect(hasProblems(report)).toBe(false);
});

test.each([
  [{ cluster: clusterId('one') }, ['one']],
  [{ registry: 'acr' }, []],
  [{ registry: registryId() }, []],
])('asked for %j it looks at no other cluster', async (request, clusters) => {
  const report = await examine(request, arrange());
  expect(report.registries.map(({ name }) => name)).toEqual(['acr']);
  expect(report.clusters.map(({ name }) => name)).toEqual(clusters);
});

test('a registry that cannot be read is a finding with the role to grant, and the others are examined', async () => {
  const ports = arrange();
  ports.clusters.put(clusterOf('three', 'hidden'), profileOf());
  ports.registries.fault = (name) => {
    if (name === 'hidden') throw new SyncError('ARM_FORBIDDEN', 'registry hidden: 403');
  };
  const report = await examine({}, ports);
  const [sound, hidden] = report.registries;
  expect(sound?.checks.some(({ outcome }) => outcome === 'failed')).toBe(false);
  expect(hidden?.checks.flatMap(({ findings }) => findings)).toMatchObject([
    { code: 'registry-unreadable', fix: expect.stringContaining('--role "Reader"') as string },
  ]);
  expect(hasProblems(report)).toBe(true);
});

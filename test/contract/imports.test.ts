import type { ScenarioInput } from '../../local/azure/scenario.js';
import { ArmImports } from '../../shared/azure/imports.js';
import { coredns, registryId } from '../support/builders.js';
import { FakeClock } from '../support/fakes/clock.js';
import { FakeImports } from '../support/fakes/fake-imports.js';
import { FakeMar } from '../support/fakes/fake-manifests.js';
import { FakeCachingRegistry } from '../support/fakes/fake-registry.js';
import { credentialOf } from '../support/local-credential.js';
import { trust } from '../support/trust.js';
import { closeAll, smallScenario, startStill } from '../unit/local/azure/azure-client.js';
import { importsContract, tokenOf } from './imports.contract.js';

const target = { repository: `aks-managed-repository/${coredns.repository}`, tag: coredns.tag };

describe('the fake', () => {
  importsContract(async () => {
    const clock = new FakeClock();
    const mar = new FakeMar();
    const { digest, children } = mar.put(coredns.repository, coredns.tag);
    const registry = new FakeCachingRegistry(mar, clock);
    registry.covers = () => false;
    const imports = new FakeImports(() => registry, clock);
    return {
      imports,
      others: imports,
      registry: registryId(),
      source: { repository: coredns.repository, digest },
      target,
      pass: async () => clock.advance(2),
      holds: () => registry.holdsTree(target.repository, target.tag, digest, children),
    };
  });
});

describe('ARM', () => {
  afterEach(closeAll);

  importsContract(async () => {
    const { azure, imports, registry, source, pass } = await open();
    const others = new ArmImports(credentialOf(azure), azure.armEndpoint, azure.armEndpoint, azure.marHost);
    const holds = () => azure.world.registry('bare').holdsArtifact(coredns.repository, coredns.tag);
    return { imports, others, registry, source, target, pass: async () => pass(0.05), holds };
  });

  test('tells how long to wait', async () => {
    const { imports, registry, source } = await open();
    const first = await imports.start(registry, source, target);
    expect(first).toMatchObject({ kind: 'running', retryAfterSeconds: 10 });
    expect(await imports.resume(registry, tokenOf(first))).toMatchObject({ kind: 'running', retryAfterSeconds: 10 });
  });

  test('an operation that reports success or failure with 200 has ended, and proves nothing', async () => {
    for (const faults of [{ importFalseShare: 1 }, { importFailedShare: 1 }]) {
      const { azure, imports, registry, source, pass } = await open({ faults });
      const token = tokenOf(await imports.start(registry, source, target));
      pass(1);
      expect(await imports.resume(registry, token)).toEqual({ kind: 'ended' });
      expect(azure.world.registry('bare').holdsArtifact(coredns.repository, coredns.tag)).toBe(false);
    }
  });

  test('an operation may run for ever', async () => {
    const { imports, registry, source, pass } = await open({ faults: { importStuckShare: 1 } });
    const token = tokenOf(await imports.start(registry, source, target));
    pass(1_000_000);
    expect((await imports.resume(registry, token)).kind).toBe('running');
  });

  test('an operation that wraps a throttling error is told as throttled', async () => {
    const { imports, registry, source, pass } = await open({ faults: { importThrottledShare: 1 } });
    const token = tokenOf(await imports.start(registry, source, target));
    pass(1);
    await expect(imports.resume(registry, token)).rejects.toMatchObject({ code: 'ARM_THROTTLED' });
  });

  test('an operation that ARM has forgotten has ended', async () => {
    const { imports, registry, source } = await open();
    const token = tokenOf(await imports.start(registry, source, target));
    const forgotten = token.replaceAll(/registries-[0-9a-f-]{36}/g, 'registries-00000000-0000-0000-0000-000000000000');
    expect(await imports.resume(registry, forgotten)).toEqual({ kind: 'ended' });
  });

  test('ARM that throttles is told as such with its Retry-After', async () => {
    const { imports, registry, source } = await open({ faults: { armThrottledShare: 1, retryAfterSeconds: 7 } });
    const failure = { code: 'ARM_THROTTLED', retryAfterSeconds: 7 };
    await expect(imports.start(registry, source, target)).rejects.toMatchObject(failure);
  });

  test('without the right the action that is needed is named', async () => {
    const { imports, registry, source } = await open({}, { canImport: false });
    await expect(imports.start(registry, source, target)).rejects.toMatchObject({
      code: 'ARM_FORBIDDEN',
      message: expect.stringContaining('Microsoft.ContainerRegistry/registries/importImage/action') as string,
    });
  });

  test('the target of a cache rule takes no import', async () => {
    const { imports, registry, source } = await open();
    const ruled = registry.replace('/bare', '/newlayout');
    await expect(imports.start(ruled, source, target)).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
  });

  test('a source that MAR does not know is tried again', async () => {
    const { imports, registry, source } = await open();
    const unknown = { ...source, repository: 'no/such/repository' };
    await expect(imports.start(registry, unknown, target)).rejects.toMatchObject({ code: 'IMPORT_FAILED' });
  });

  test.each([
    ['registry', '/bare', '/nobody'],
    ['subscription', '11111111-', '99999999-'],
  ])('a %s that is not there is told as such', async (_what, from, to) => {
    const { imports, registry, source } = await open();
    await expect(imports.start(registry.replace(from, to), source, target)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
    });
  });

  test.each([
    ['at another host', '"https://evil.example/operation"'],
    ['nowhere', '7'],
  ])('a token that leads %s is refused before anything is sent', async (_sentence, address) => {
    const { imports, registry } = await open();
    const token = `{"state":{"status":"running","config":{"operationLocation":${address},"requestMethod":"POST"}}}`;
    await expect(imports.resume(registry, token)).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
  });
});

type Registry = NonNullable<ScenarioInput['registries']>[number];

/** A registry `bare` without rules beside those of the small scenario. */
async function open(changes: Partial<ScenarioInput> = {}, settings: Partial<Registry> = {}) {
  const bare = { name: 'bare', resourceGroup: 'rg', importImageSeconds: [0.2, 0.3] as [number, number], ...settings };
  const { azure, pass } = await startStill({ registries: [...(smallScenario.registries ?? []), bare], ...changes });
  trust(azure.caPem);
  const digest = azure.world.mar.tree(coredns.repository, coredns.tag)?.root.digest;
  if (!digest) throw new Error('MAR has no coredns');
  const imports = new ArmImports(credentialOf(azure), azure.armEndpoint, azure.armEndpoint, azure.marHost);
  const registry = `/subscriptions/${azure.subscriptionId}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/bare`;
  return { azure, imports, registry, source: { repository: coredns.repository, digest }, pass };
}

import { SyncError, type FailureCode } from '../../../shared/model/errors.js';
import { isRoundDue } from '../../../shared/warming/registry-proof.js';
import { verifyRegistry } from '../../../shared/warming/verify-registry.js';
import type { FakeCachingRegistry } from '../../support/fakes/fake-registry.js';
import type { FakeSubscription } from '../../support/fakes/fake-subscription.js';
import { MortalWorkers } from '../../support/fakes/mortal-workers.js';
import { hours, provenState } from '../../support/builders.js';
import {
  artifactsOf,
  finishRound,
  registryKey,
  roundTask,
  verifyPorts,
  warmRegistry,
} from '../../support/warm-registry.js';

interface World {
  readonly azure: FakeSubscription;
  readonly cache: FakeCachingRegistry;
}

const artifacts = artifactsOf(6);

function fail(code: FailureCode): () => never {
  return () => {
    throw new SyncError(code, `GET https://acr.azurecr.io: ${code}`);
  };
}

function lose({ azure, cache }: World, code: FailureCode = 'REGISTRY_UNAVAILABLE'): void {
  azure.storedManifests.fault = cache.fault = fail(code);
}

function giveBack({ azure, cache }: World): void {
  azure.storedManifests.fault = cache.fault = () => undefined;
}

async function outageIn({ azure }: World) {
  return (await azure.registryProofs.get(registryKey))?.proof.outage;
}

test.each(['REGISTRY_UNAVAILABLE', 'REGISTRY_FORBIDDEN'] as const)(
  'a round that meets %s everywhere notes it: since when, when last, which error',
  async (code) => {
    const world = await warmRegistry(artifacts);
    const since = world.azure.clock.now();
    lose(world, code);
    expect((await finishRound(world.azure)).at(-1)).toBe('given-up');
    expect(await outageIn(world)).toEqual({
      ...{ since, lastProbe: world.azure.clock.now(), code },
      reason: `${code}: GET https://acr.azurecr.io: ${code}`,
    });
    expect((await world.azure.registryProofs.get(registryKey))?.proof.loginServer).toBe('acr.azurecr.io');
  },
);

test('what was proven before the outage stays proven beside it', async () => {
  const world = await warmRegistry(artifacts);
  await finishRound(world.azure);
  const { verifiedAt } = (await world.azure.registryProofs.get(registryKey))?.proof ?? {};
  world.azure.clock.advance(4 * 3600);
  lose(world);
  await finishRound(world.azure);
  expect((await world.azure.registryProofs.get(registryKey))?.proof).toMatchObject({
    ...{ verifiedAt, evidence: 'inventory' },
    outage: { code: 'REGISTRY_UNAVAILABLE' },
  });
});

test.each(['REGISTRY_THROTTLED', 'UPSTREAM_UNAVAILABLE'] as const)('%s is no outage of the registry', async (code) => {
  const world = await warmRegistry(artifacts);
  lose(world, code);
  await finishRound(world.azure);
  expect(await outageIn(world)).toBeUndefined();
});

test.each(['REGISTRY_UNAVAILABLE', 'REGISTRY_FORBIDDEN'] as const)(
  'a list that answers %s is no outage while artifacts can be pulled, and proves nothing either',
  async (code) => {
    const world = await warmRegistry(artifacts);
    await finishRound(world.azure);
    const known = await world.azure.registryProofs.get(registryKey);
    world.azure.clock.advance(4 * 3600);
    world.azure.storedManifests.fault = fail(code);
    expect((await finishRound(world.azure)).at(-1)).toBe('given-up');
    expect(await world.azure.registryProofs.get(registryKey)).toEqual(known);
    expect(world.cache.requests).toBe(4 * 3);
  },
);

test.each([
  ['REGISTRY_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE', 'REGISTRY_UNAVAILABLE'],
  ['REGISTRY_UNAVAILABLE', 'REGISTRY_THROTTLED', undefined],
  ['REGISTRY_FORBIDDEN', 'UPSTREAM_UNAVAILABLE', undefined],
  ['REGISTRY_FORBIDDEN', 'REGISTRY_UNAVAILABLE', 'REGISTRY_UNAVAILABLE'],
] as const)('a list that answers %s, and pulls that answer %s: %s', async (list, pull, expected) => {
  const world = await warmRegistry(artifacts);
  await finishRound(world.azure);
  world.azure.clock.advance(4 * 3600);
  lose(world, pull);
  world.azure.storedManifests.fault = fail(list);
  await verifyRegistry(roundTask, verifyPorts(world.azure));
  expect((await outageIn(world))?.code).toBe(expected);
});

test('one repository that is refused is no outage, though it is the first to be asked for', async () => {
  const world = await warmRegistry(artifactsOf(20, 10));
  world.azure.storedManifests.fault = fail('REGISTRY_FORBIDDEN');
  world.cache.fault = (repository) => (repository.endsWith('part-000') ? fail('REGISTRY_FORBIDDEN')() : undefined);
  await finishRound(world.azure);
  expect(await outageIn(world)).toBeUndefined();
});

test('while somebody could not reach it a round is due, and the first that does ends the outage with its own record', async () => {
  const world = await warmRegistry(artifacts);
  const { azure } = world;
  await finishRound(azure);
  azure.clock.advance(4 * 3600);
  lose(world);
  await verifyRegistry(roundTask, verifyPorts(azure));
  azure.gateQueue.lose(0);
  giveBack(world);
  const writes = azure.registryProofs.writes;
  const { proof } = (await azure.registryProofs.get(registryKey)) ?? {};
  expect(isRoundDue([provenState()], proof, azure.clock.now(), hours(9))).toBe(true);
  expect(await finishRound(azure)).toEqual(['verified']);
  expect([await outageIn(world), azure.registryProofs.writes - writes]).toEqual([undefined, 1]);
  expect(await finishRound(azure)).toEqual(['fresh']);
});

test('a part of the registry that answers ends the outage, though the round goes on', async () => {
  const world = await warmRegistry(artifacts);
  lose(world);
  await verifyRegistry(roundTask, verifyPorts(world.azure));
  world.azure.gateQueue.lose(0);
  giveBack(world);
  world.azure.storedManifests.fault = (repository) =>
    repository.endsWith('part-002') ? fail('REGISTRY_UNAVAILABLE')() : undefined;
  expect(await verifyRegistry(roundTask, verifyPorts(world.azure))).toBe('goes-on');
  expect(await outageIn(world)).toBeUndefined();
});

test('a registry with nothing to look at yet is asked all the same, once it was not reached', async () => {
  const world = await warmRegistry(artifacts, 0.02);
  const { registryProofs, clock } = world.azure;
  const place = { registry: registryKey, loginServer: 'acr.azurecr.io', incarnation: '', evidence: 'heads' } as const;
  const never = { startedAt: new Date(0), verifiedAt: new Date(0) };
  const outage = { since: clock.now(), lastProbe: clock.now(), code: 'REGISTRY_UNAVAILABLE', reason: '503' } as const;
  await registryProofs.save({ ...place, ...never, outage }, undefined);
  await finishRound(world.azure);
  expect([await outageIn(world), world.cache.requests]).toEqual([undefined, 3]);
});

/** A round that has got as far as `calls` calls of ports; it goes on with `end`. */
async function suspend(azure: FakeSubscription, calls: number) {
  const workers = new MortalWorkers();
  const worker = await workers.hire(azure.ports(), async (own) => {
    await verifyRegistry(roundTask, { ...own, verifyQueue: own.gateQueue });
  });
  await workers.runWorkerOn(worker, calls);
  return { end: () => workers.runWorkerOn(worker, 1000) };
}

test('wherever a round that reached the registry is overtaken by a look in vain, that stays; one that comes after it ends it', async () => {
  let overtaken = 0;
  for (let calls = 0; calls < 14; calls += 1) {
    const world = await warmRegistry(artifacts);
    const { azure } = world;
    const slow = await suspend(azure, calls);
    const hadAsked = azure.storedManifests.requests > 0;
    lose(world);
    await verifyRegistry(roundTask, verifyPorts(azure));
    const during = await outageIn(world);
    giveBack(world);
    await slow.end();
    const after = await outageIn(world);
    // It had asked before the registry was lost, and says nothing of what came then.
    if (hadAsked && during) {
      overtaken += 1;
      expect(after).toEqual(during);
    }
    azure.clock.advance(60);
    await finishRound(azure);
    expect(await outageIn(world)).toBeUndefined();
  }
  expect(overtaken).toBeGreaterThan(0);
});

test('a round in vain that is overtaken by one that reached the registry invents no outage', async () => {
  for (let calls = 0; calls < 14; calls += 1) {
    const world = await warmRegistry(artifacts);
    const { azure } = world;
    lose(world);
    const slow = await suspend(azure, calls);
    giveBack(world);
    expect(await verifyRegistry(roundTask, verifyPorts(azure))).toMatch(/verified|outdone/);
    await slow.end();
    expect(await outageIn(world)).toBeUndefined();
  }
});

import { provesNothing, type RegistryProof, type RegistryProofs } from '../../shared/warming/registry-proof.js';
import { before, minutes, now, stateOf } from '../support/builders.js';

/** What every store of registry proofs does. @param open an empty store */
export function registryProofsContract(open: () => Promise<RegistryProofs>): void {
  let proofs: RegistryProofs;
  beforeEach(async () => {
    proofs = await open();
  });
  const { registry, loginServer, incarnation } = stateOf();
  const proof: RegistryProof = {
    ...{ registry, loginServer, incarnation, evidence: 'inventory' },
    ...{ startedAt: before(minutes(2)), verifiedAt: before(minutes(1)) },
  };
  const newer: RegistryProof = { ...proof, evidence: 'heads', startedAt: now, verifiedAt: now };

  test('gives back what was written, every field, alone and in the list', async () => {
    expect(await proofs.save(proof, undefined)).toBe(true);
    expect((await proofs.get(registry))?.proof).toEqual(proof);
    expect(await proofs.list()).toEqual(new Map([[registry, proof]]));
  });

  test('gives back an outage beside the proof, alone and in the list, and forgets it with the next proof', async () => {
    const outage = { since: before(minutes(9)), lastProbe: now, code: 'REGISTRY_FORBIDDEN', reason: '403 ü' } as const;
    expect(await proofs.save({ ...provesNothing(registry, loginServer), outage }, undefined)).toBe(true);
    const stored = await proofs.get(registry);
    expect(stored?.proof).toEqual({ ...provesNothing(registry, loginServer), outage });
    expect(await proofs.save({ ...proof, outage }, stored?.etag)).toBe(true);
    expect(await proofs.list()).toEqual(new Map([[registry, { ...proof, outage }]]));
    await proofs.save(proof, (await proofs.get(registry))?.etag);
    expect((await proofs.get(registry))?.proof).toEqual(proof);
  });

  test('knows nothing of a registry that was never proven', async () => {
    expect(await proofs.get(registry)).toBeUndefined();
    expect(await proofs.list()).toEqual(new Map());
  });

  test('creates a record once: the second loses and changes nothing', async () => {
    await proofs.save(proof, undefined);
    expect(await proofs.save(newer, undefined)).toBe(false);
    expect((await proofs.get(registry))?.proof).toEqual(proof);
  });

  test('replaces only the version that was read', async () => {
    await proofs.save(proof, undefined);
    const etag = (await proofs.get(registry))?.etag;
    expect(await proofs.save(newer, etag)).toBe(true);
    expect(await proofs.save(proof, etag)).toBe(false);
    expect((await proofs.get(registry))?.proof).toEqual(newer);
  });

  test('keeps registries apart, also those whose names end alike', async () => {
    const other = { ...newer, registry: `${registry}/2` };
    await proofs.save(proof, undefined);
    await proofs.save(other, undefined);
    expect(await proofs.list()).toEqual(
      new Map([
        [registry, proof],
        [other.registry, other],
      ]),
    );
  });

  test('a version of a record that is not there loses', async () => {
    await proofs.save(proof, undefined);
    const etag = (await proofs.get(registry))?.etag;
    expect(await proofs.save({ ...proof, registry: `${registry}3` }, etag)).toBe(false);
  });
}

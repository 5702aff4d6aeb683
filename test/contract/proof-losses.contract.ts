import type { ProofLosses } from '../../shared/warming/proof-losses.js';
import { now, registryId } from '../support/builders.js';

/** What every store of warnings does. @param open an empty store, whose clock stands at `now` */
export function proofLossesContract(open: () => Promise<ProofLosses>): void {
  test('there is no warning before the first, and each replaces the last with a token of its own', async () => {
    const losses = await open();
    expect(await losses.newest(registryId())).toBeUndefined();
    await losses.warn(registryId());
    const first = await losses.newest(registryId());
    expect(first?.at).toEqual(now);
    await losses.warn(registryId());
    expect((await losses.newest(registryId()))?.token).not.toBe(first?.token);
    expect(await losses.newest(registryId('other'))).toBeUndefined();
  });
}

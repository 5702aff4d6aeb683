import type { PolicyAssignments, PolicyLists } from '../../shared/gate/policy/policy-ports.js';

export interface OpenPolicy {
  readonly assignments: PolicyAssignments;
  /** Somebody else changes something that is not ours. */
  readonly edit: () => Promise<void>;
  /** Everything that is not ours, as it was last written. */
  readonly rest: () => unknown;
}

const lists: PolicyLists = { guarded: ['/a', '/b'], allowed: ['/a|1.35.7', '/a|1.34.7'] };

/** What every access to a policy assignment does: one that is assigned, with empty lists. */
export function policyAssignmentsContract(open: () => Promise<OpenPolicy>): void {
  const read = async ({ assignments }: OpenPolicy) => {
    const found = await assignments.get();
    if (!found) throw new Error('there is no assignment');
    return found;
  };

  test('has no lists before they are written', async () => {
    expect((await read(await open())).lists).toEqual({ guarded: [], allowed: [] });
  });

  test('writes the lists and leaves everything else as it is', async () => {
    const policy = await open();
    const before = policy.rest();
    expect(await policy.assignments.put(await read(policy), lists)).toBe('written');
    expect((await read(policy)).lists).toEqual(lists);
    expect(policy.rest()).toEqual(before);
  });

  test('does not write over what somebody has changed since it was read', async () => {
    const policy = await open();
    const found = await read(policy);
    await policy.edit();
    const edited = policy.rest();
    expect(await policy.assignments.put(found, lists)).toBe('conflict');
    expect([policy.rest(), (await read(policy)).lists]).toEqual([edited, { guarded: [], allowed: [] }]);
    expect(await policy.assignments.put(await read(policy), lists)).toBe('written');
    expect(policy.rest()).toEqual(edited);
  });

  test('of two who have read the same the second is refused', async () => {
    const policy = await open();
    const [one, other] = [await read(policy), await read(policy)];
    expect(await policy.assignments.put(one, lists)).toBe('written');
    expect(await policy.assignments.put(other, { guarded: [], allowed: [] })).toBe('conflict');
    expect((await read(policy)).lists).toEqual(lists);
  });
}

import type { LocalAzure } from '../../local/azure/local-azure-interface.js';
import { ArmClient } from '../../shared/azure/arm-client.js';
import { ArmPolicyAssignments } from '../../shared/azure/policy-assignments.js';
import { FakePolicyAssignments } from '../support/fakes/fake-policy-assignments.js';
import { credentialOf } from '../support/local-credential.js';
import { trust } from '../support/trust.js';
import { closeAll, start } from '../unit/local/azure/azure-client.js';
import { policyAssignmentsContract } from './policy-assignments.contract.js';

const audience = 'https://management.azure.com';
const notScopes = ['/subscriptions/s/resourceGroups/lab'];

describe('the fake of policy assignments', () =>
  policyAssignmentsContract(async () => {
    const assignments = new FakePolicyAssignments();
    return {
      assignments,
      edit: async () => assignments.edit({ note: 'edited' }),
      rest: () => assignments.note,
    };
  }));

describe('the client of policy assignments at the local Azure', () => {
  afterAll(closeAll);

  const clientOf = (azure: LocalAzure) => new ArmClient(azure.armEndpoint, audience, credentialOf(azure));
  const openAzure = async (changes: Parameters<typeof start>[0] = {}) => {
    const azure = await start({ policyAssignment: { name: 'aks-versions', notScopes }, ...changes });
    trust(azure.caPem);
    const state = azure.world.policyAssignment;
    if (!state) throw new Error('the scenario has an assignment');
    return { azure, state, assignments: new ArmPolicyAssignments(clientOf(azure), state.id) };
  };

  /** All that was written, but for the two lists. */
  const restOf = (written: unknown): unknown => {
    const { properties, ...rest } = written as { properties: { parameters: Record<string, unknown> } };
    const { guardedClusters: _guarded, allowedVersions: _allowed, ...parameters } = properties.parameters;
    return { ...rest, properties: { ...properties, parameters } };
  };

  policyAssignmentsContract(async () => {
    const { azure, state, assignments } = await openAzure();
    const edit = async () => {
      const body = structuredClone(state.written) as { properties: { enforcementMode: string } };
      body.properties.enforcementMode = 'DoNotEnforce';
      await clientOf(azure).write('PUT', state.id, '2024-05-01', {}, body);
    };
    return { assignments, edit, rest: () => restOf(state.written) };
  });

  test('an assignment that is being written by somebody else is a conflict', async () => {
    const { state, assignments } = await openAzure();
    const found = await assignments.get();
    state.busy = true;
    expect(found && (await assignments.put(found, { guarded: [], allowed: [] }))).toBe('conflict');
  });

  test('one that is not there is not there', async () => {
    const { azure, state } = await openAzure();
    expect(await new ArmPolicyAssignments(clientOf(azure), `${state.id}-gone`).get()).toBeUndefined();
  });

  test('a subscription that throttles is told with the time to wait', async () => {
    const { assignments } = await openAzure({ faults: { armThrottledShare: 1, retryAfterSeconds: 7 } });
    await expect(assignments.get()).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE', retryAfterSeconds: 7 });
  });
});

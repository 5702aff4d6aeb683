import { z } from 'zod';
import { answerArmError } from './arm-answers.js';
import type { Document } from './cluster-documents.js';
import { guidOf } from './guid.js';
import { answerJson, type Answer, type Received } from './http.js';
import type { ScenarioPolicyAssignment } from './scenario-policy.js';

const body = z.looseObject({
  location: z.string().optional(),
  identity: z.looseObject({ type: z.string() }).optional(),
  properties: z.looseObject({
    policyDefinitionId: z.string(),
    parameters: z.record(z.string(), z.strictObject({ value: z.unknown() })).optional(),
  }),
});

/**
 * One `Microsoft.Authorization/policyAssignments`: GET, and PUT that replaces everything. Source: azure-rest-api-specs, authorization,
 * 2024-05-01: no ETag, no If-Match, and a PATCH that cannot change parameters.
 */
export class PolicyAssignmentState {
  readonly id: string;
  #body: z.infer<typeof body>;
  #updatedAt = new Date(0);
  /** While set, a PUT answers 409, as while another one is under way. */
  busy = false;

  constructor(
    readonly declared: ScenarioPolicyAssignment,
    subscriptionId: string,
    location: string,
  ) {
    const scope = `/subscriptions/${subscriptionId}`;
    const provider = `${scope}/providers/Microsoft.Authorization`;
    this.id = `${provider}/policyAssignments/${declared.name}`;
    this.#body = {
      location,
      identity: {
        type: 'UserAssigned',
        userAssignedIdentities: {
          [`${scope}/resourceGroups/rg-policy/providers/Microsoft.ManagedIdentity/userAssignedIdentities/policy`]: {},
        },
      },
      properties: {
        displayName: 'Only versions whose artifacts are cached',
        policyDefinitionId: `${provider}/policyDefinitions/aks-kubernetes-versions`,
        definitionVersion: '1.*.*',
        enforcementMode: declared.enforcementMode,
        notScopes: declared.notScopes,
        metadata: { assignedBy: 'Platform team' },
        nonComplianceMessages: [{ message: 'Its artifacts are not cached yet: ask AKS artifact sync.' }],
        parameters: { effect: { value: 'Deny' } },
      },
    };
  }

  /** A list among its parameters; none where it is not set. */
  list(parameter: string): readonly string[] {
    const value = this.#body.properties.parameters?.[parameter]?.value;
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** Everything that is written: what ARM adds by itself is left out. */
  get written(): unknown {
    return this.#body;
  }

  answer(request: Received): Answer {
    if (request.method === 'GET') return answerJson(200, this.#describe());
    if (request.method !== 'PUT')
      return answerArmError(405, 'MethodNotAllowed', `The local Azure does not implement ${request.method} here.`);
    if (this.busy)
      return answerArmError(409, 'AnotherOperationInProgress', 'Another operation on this assignment is in progress.');
    const parsed = body.safeParse(parseJson(request.body));
    if (!parsed.success) return answerArmError(400, 'InvalidRequestContent', z.prettifyError(parsed.error));
    this.#body = parsed.data;
    this.#updatedAt = new Date();
    return answerJson(201, this.#describe());
  }

  #describe(): Document {
    const { identity, properties, ...rest } = this.#body;
    return {
      ...rest,
      id: this.id,
      name: this.declared.name,
      type: 'Microsoft.Authorization/policyAssignments',
      ...(identity ? { identity: describeIdentity(identity) } : {}),
      properties: { ...properties, scope: this.id.split('/providers/')[0] },
      systemData: { lastModifiedAt: this.#updatedAt.toISOString() },
    };
  }
}

/** The assignment that a scenario declares. */
export function assignPolicy(scenario: {
  readonly policyAssignment?: ScenarioPolicyAssignment | undefined;
  readonly subscriptionId: string;
  readonly location: string;
}): PolicyAssignmentState | undefined {
  const { policyAssignment, subscriptionId, location } = scenario;
  return policyAssignment && new PolicyAssignmentState(policyAssignment, subscriptionId, location);
}

/** ARM tells the principals of identities that are given by id. */
function describeIdentity(identity: Readonly<Record<string, unknown>>): Document {
  const ids = Object.keys((identity['userAssignedIdentities'] as object | undefined) ?? {});
  const told = ids.map((id) => [id, { principalId: guidOf(`principal ${id}`), clientId: guidOf(`client ${id}`) }]);
  return { ...identity, ...(ids.length > 0 ? { userAssignedIdentities: Object.fromEntries(told) as Document } : {}) };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

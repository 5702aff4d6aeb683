import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { answerArmError } from './arm-answers.js';
import type { Fleet } from './fleet.js';
import type { GateState } from './fleet-state.js';
import { describeGate, gateETag } from './fleet-documents.js';
import { answerJson, type Answer, type Received } from './http.js';

const gatePatch = z.strictObject({ properties: z.strictObject({ state: z.string() }) });

export function answerGate(gate: GateState): Answer {
  return answerJson(200, describeGate(gate), { etag: gateETag(gate) });
}

/**
 * Long-running approvals. Source: azure-facts.md section 7; `Gates_Update` of api-version 2026-06-01.
 * Choice where no source tells: a gate that is not pending answers 409.
 */
export class GateOperations {
  private readonly operations = new Map<string, { readonly gate: GateState; readonly startTime: string }>();

  constructor(
    private readonly subscriptionId: string,
    private readonly location: string,
  ) {}

  /** `PATCH {gate}`: only from Pending to Completed. */
  patch(fleet: Fleet, gate: GateState, request: Received): Answer {
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== '*' && unquote(wanted) !== unquote(gateETag(gate))) {
      return answerArmError(412, 'PreconditionFailed', 'The If-Match condition was not met: the gate has changed.');
    }
    const state = parsePatch(request.body);
    if (state !== 'Completed') {
      return answerArmError(400, 'InvalidParameter', 'properties.state: the only state that can be set is Completed.');
    }
    if (gate.state !== 'Pending' || gate.provisioningState !== 'Succeeded') {
      return answerArmError(409, 'Conflict', `The gate is ${gate.state} (${gate.provisioningState}), not Pending.`);
    }
    fleet.approve(gate);
    return gate.state === 'Pending' ? this.begin(gate, request) : answerGate(gate);
  }

  /** `GET …/operations/{id}` and `…/operationResults/{id}`. */
  answerOperation(id: string, kind: 'status' | 'result'): Answer {
    const operation = this.operations.get(id);
    if (!operation) return answerArmError(404, 'NotFound', `There is no operation ${id}.`);
    const { gate, startTime } = operation;
    const isDone = gate.state === 'Completed';
    if (kind === 'result') return isDone ? answerGate(gate) : { status: 202, headers: { 'retry-after': '1' } };
    return answerJson(200, { id, name: id, status: isDone ? 'Succeeded' : 'InProgress', startTime });
  }

  private begin(gate: GateState, request: Received): Answer {
    const id = randomUUID();
    this.operations.set(id, { gate, startTime: new Date().toISOString() });
    const scope = `/subscriptions/${this.subscriptionId}/providers/Microsoft.ContainerService/locations/${this.location}`;
    const base = `https://${request.headers.host ?? ''}${scope}`;
    const query = `?api-version=${request.query.get('api-version') ?? ''}`;
    return answerJson(202, describeGate(gate), {
      etag: gateETag(gate),
      'azure-asyncoperation': `${base}/operations/${id}${query}`,
      location: `${base}/operationResults/${id}${query}`,
      'retry-after': '1',
    });
  }
}

function parsePatch(body: Buffer): string | undefined {
  try {
    return gatePatch.parse(JSON.parse(body.toString('utf8'))).properties.state;
  } catch {
    return undefined;
  }
}

function unquote(etag: string): string {
  return etag.replace(/^W\//, '').replace(/^"|"$/g, '');
}

import { z } from 'zod';
import type { PolicyAssignment, PolicyAssignments, PolicyLists } from '../gate/policy/policy-ports.js';
import { SyncError } from '../model/errors.js';
import type { ArmClient } from './arm-client.js';

/** Newer than any property that a PUT could lose: it replaces everything. */
const apiVersion = '2024-05-01';

/** Names of the parameters in infra/policy/kubernetes-versions.json. */
export const policyParameters = { guarded: 'guardedClusters', allowed: 'allowedVersions' } as const;

const list = z.object({ value: z.array(z.string()) }).optional();
const schema = z.looseObject({
  id: z.string(),
  location: z.string().optional(),
  identity: z
    .looseObject({ type: z.string(), userAssignedIdentities: z.record(z.string(), z.unknown()).nullish() })
    .nullish(),
  properties: z.looseObject({
    parameters: z.looseObject({ [policyParameters.guarded]: list, [policyParameters.allowed]: list }).nullish(),
  }),
});

/** A policy assignment by its id, of a subscription, a resource group or a management group. */
export class ArmPolicyAssignments implements PolicyAssignments {
  constructor(
    private readonly arm: ArmClient,
    private readonly id: string,
  ) {}

  async get(): Promise<PolicyAssignment | undefined> {
    return (await this.#read())?.assignment;
  }

  async put(assignment: PolicyAssignment, lists: PolicyLists): Promise<'written' | 'conflict'> {
    const now = await this.#read();
    if (JSON.stringify(now?.assignment.document) !== JSON.stringify(assignment.document)) return 'conflict';
    const body = bodyOf(parse(assignment.document), lists);
    // ARM documents no ETag here; where it gives one all the same, it is heeded.
    const conditions = now?.etag === undefined ? {} : { 'if-match': now.etag };
    const written = await this.arm.write('PUT', this.id, apiVersion, conditions, body);
    if (written.outcome === 'refused') throw new SyncError('ARM_UNEXPECTED', `PUT ${this.id}: ${written.reason}`);
    return written.outcome === 'done' ? 'written' : 'conflict';
  }

  async #read(): Promise<{ readonly assignment: PolicyAssignment; readonly etag: string | undefined } | undefined> {
    const answer = await this.arm.get(this.id, apiVersion);
    if (!answer) return undefined;
    const { id, properties } = parse(answer.body);
    const { parameters } = properties;
    const lists = {
      guarded: parameters?.[policyParameters.guarded]?.value ?? [],
      allowed: parameters?.[policyParameters.allowed]?.value ?? [],
    };
    return { assignment: { id, lists, document: answer.body }, etag: answer.etag };
  }
}

/** What goes back: all but what ARM fills in by itself. */
function bodyOf({ identity, location, properties }: z.infer<typeof schema>, lists: PolicyLists): unknown {
  const { scope: _scope, ...own } = properties;
  const parameters = {
    ...properties.parameters,
    [policyParameters.guarded]: { value: lists.guarded },
    [policyParameters.allowed]: { value: lists.allowed },
  };
  return {
    ...(location === undefined ? {} : { location }),
    ...(identity ? { identity: identityOf(identity) } : {}),
    properties: { ...own, parameters },
  };
}

/** ARM takes user-assigned identities by their ids, and tells their principals itself. */
function identityOf({ type, userAssignedIdentities }: NonNullable<z.infer<typeof schema>['identity']>): unknown {
  if (!userAssignedIdentities) return { type };
  return {
    type,
    userAssignedIdentities: Object.fromEntries(Object.keys(userAssignedIdentities).map((id) => [id, {}])),
  };
}

function parse(document: unknown): z.infer<typeof schema> {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new SyncError('ARM_UNEXPECTED', `policy assignment: ${z.prettifyError(parsed.error).slice(0, 300)}`);
}

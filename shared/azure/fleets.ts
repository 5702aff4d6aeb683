import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import { isKubernetesVersion } from '../model/kubernetes-version.js';
import { parseResourceId } from '../model/resource-id.js';
import type { FleetGate, UpdateMember, UpdateRun } from '../gate/fleet/fleet.js';
import type { Fleets } from '../gate/fleet/fleet-ports.js';
import type { ArmClient } from './arm-client.js';

/** The npm client for Fleet has no gates, hence raw ARM. Source: azure-rest-api-specs, Microsoft.ContainerService/fleets. */
const apiVersion = '2026-06-01';

const fleetDocument = z.object({ id: z.string() });

const gateDocument = z.object({
  id: z.string(),
  eTag: z.string().nullish(),
  properties: z.object({
    displayName: z.string().nullish(),
    gateType: z.string(),
    state: z.string(),
    provisioningState: z.string().nullish(),
    // Gates of other types than Approval are none of ours, whatever they hold.
    target: z
      .object({
        id: z.string(),
        updateRunProperties: z
          .object({ stage: z.string().nullish(), group: z.string().nullish(), timing: z.string() })
          .nullish(),
      })
      .nullish(),
  }),
});

/** ARM leaves out what is not set, and some services answer null instead. */
const memberStatus = z.object({
  clusterResourceId: z.string().nullish(),
  message: z.string().nullish(),
  status: z.object({ state: z.string().nullish() }).nullish(),
});
const groupStatus = z.object({ name: z.string(), members: z.array(memberStatus).nullish() });
const runDocument = z.object({
  id: z.string(),
  properties: z.object({
    managedClusterUpdate: z.object({
      upgrade: z.object({ type: z.string(), kubernetesVersion: z.string().nullish() }),
    }),
    status: z
      .object({
        status: z.object({ state: z.string().nullish() }).nullish(),
        stages: z.array(z.object({ name: z.string(), groups: z.array(groupStatus).nullish() })).nullish(),
      })
      .nullish(),
  }),
});

export class ArmFleets implements Fleets {
  constructor(
    private readonly arm: ArmClient,
    private readonly subscriptionId: string,
  ) {}

  async listGates(): Promise<readonly FleetGate[]> {
    return (await this.#listChildren('gates')).map((item) => gateOf(item, undefined));
  }

  async listUpdateRuns(): Promise<readonly UpdateRun[]> {
    return (await this.#listChildren('updateRuns')).map(runOf);
  }

  async getGate(gateId: string): Promise<FleetGate | undefined> {
    const answer = await this.arm.get(this.#ownId(gateId, 'gates'), apiVersion);
    return answer && gateOf(answer.body, answer.etag);
  }

  async getUpdateRun(runId: string): Promise<UpdateRun | undefined> {
    const answer = await this.arm.get(this.#ownId(runId, 'updateruns'), apiVersion);
    return answer && runOf(answer.body);
  }

  async approve(gate: FleetGate): Promise<'approved' | 'conflict'> {
    const body = { properties: { state: 'Completed' } };
    const result = await this.arm.patch(this.#ownId(gate.id, 'gates'), apiVersion, body, gate.etag);
    return result === 'accepted' ? 'approved' : 'conflict';
  }

  /** Of every fleet of the subscription. */
  async #listChildren(child: 'gates' | 'updateRuns'): Promise<readonly unknown[]> {
    const path = `/subscriptions/${this.subscriptionId}/providers/Microsoft.ContainerService/fleets`;
    const fleets = (await this.arm.list(path, apiVersion)).map((item) => parse(fleetDocument, item, 'fleet').id);
    const lists = fleets.map((fleet) => this.arm.list(`${parseResourceId(fleet).id}/${child}`, apiVersion));
    return (await Promise.all(lists)).flat();
  }

  /** Ids come from events too: only a child of a fleet of our subscription is ever asked for or changed. */
  #ownId(text: string, child: string): string {
    const id = parseResourceId(text);
    const isOwn = id.subscriptionId.toLowerCase() === this.subscriptionId.toLowerCase();
    if (isOwn && id.type.toLowerCase() === `microsoft.containerservice/fleets/${child}`) return id.id;
    throw new SyncError(
      'INVALID_INPUT',
      `not the id of fleets/${child} in subscription ${this.subscriptionId}: "${text.slice(0, 200)}"`,
    );
  }
}

function gateOf(document: unknown, etag: string | undefined): FleetGate {
  const gate = parse(gateDocument, document, 'fleet gate');
  const { displayName, gateType, state, provisioningState, target } = gate.properties;
  const run = target?.updateRunProperties;
  const version = etag ?? gate.eTag ?? undefined;
  return {
    id: gate.id,
    fleetId: gate.id.replace(/\/gates\/[^/]+$/i, ''),
    displayName: displayName ?? '',
    gateType,
    state: state === 'Pending' || state === 'Completed' || state === 'Skipped' ? state : 'Unknown',
    updateRunId: target?.id ?? '',
    timing: run?.timing === 'Before' || run?.timing === 'After' ? run.timing : 'Unknown',
    ...(run?.stage ? { stage: run.stage } : {}),
    ...(run?.group ? { group: run.group } : {}),
    ...(version === undefined ? {} : { etag: version }),
    ...(provisioningState ? { provisioningState } : {}),
  };
}

function runOf(document: unknown): UpdateRun {
  const run = parse(runDocument, document, 'update run');
  const { upgrade } = run.properties.managedClusterUpdate;
  const version = upgrade.kubernetesVersion;
  return {
    id: run.id,
    state: run.properties.status?.status?.state ?? 'Unknown',
    upgradeType: upgrade.type,
    ...(version && isKubernetesVersion(version) ? { kubernetesVersion: version } : {}),
    stages: (run.properties.status?.stages ?? []).map((stage) => ({
      name: stage.name,
      groups: (stage.groups ?? []).map((group) => ({
        name: group.name,
        clusterIds: (group.members ?? []).map(memberCluster),
        ...((group.members ?? []).length === 0 ? {} : { members: (group.members ?? []).map(memberOf) }),
      })),
    })),
  };
}

/** A member that names no cluster must not be lost: an unknown member keeps the gate shut. */
function memberCluster(member: z.infer<typeof memberStatus>): string {
  return member.clusterResourceId ?? 'a member without clusterResourceId';
}

function memberOf(member: z.infer<typeof memberStatus>): UpdateMember {
  const { message, status } = member;
  const told = message ? { message } : {};
  return { clusterId: memberCluster(member), state: status?.state ?? 'Unknown', ...told };
}

function parse<Schema extends z.ZodType>(schema: Schema, document: unknown, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new SyncError('ARM_UNEXPECTED', `${what}: ${z.prettifyError(parsed.error).slice(0, 300)}`);
}

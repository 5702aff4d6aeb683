import { z } from 'zod';
import { answerArmError, answerNotFound, answerPage } from './arm-answers.js';
import type { Document } from './cluster-documents.js';
import type { ClusterState } from './cluster-state.js';
import { answerJson, type Answer, type Received } from './http.js';
import { dayIn, maintenanceNames } from './maintenance.js';

const type = 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations';

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}/);
/** As much as is checked; whatever else a document holds is kept as it came. */
const windowSchema = z.looseObject({
  schedule: z.record(z.string(), z.unknown()).refine(isOneKind, 'exactly one type of schedule must be set'),
  durationHours: z.int().min(4).max(24),
  startTime: z.string().regex(/^\d{2}:\d{2}$/),
  startDate: day.nullish(),
  utcOffset: z
    .string()
    .regex(/^[+-]\d{2}:\d{2}$/)
    .nullish(),
  notAllowedDates: z
    .array(z.looseObject({ start: day, end: day }).refine(({ start, end }) => start <= end, 'start is after end'))
    .nullish(),
});
const bodySchema = z.looseObject({
  properties: z.looseObject({ maintenanceWindow: windowSchema.nullish() }),
});

/**
 * `managedClusters/maintenanceConfigurations`, api-version 2025-10-01: list, get, PUT of the whole resource, DELETE.
 *
 * The API documents no ETag, so there is none unless `etags` asks for one. A `startDate` of the past is refused, and one that is left
 * out becomes today (terraform-provider-azurerm#22762, pull request 23985).
 */
export class MaintenanceOperations {
  constructor(private readonly etags: 'given' | 'none') {}

  answer(cluster: ClusterState, request: Received, name: string | undefined, pageSize: number): Answer {
    if (name === undefined) {
      const documents = cluster.maintenance.list().map((one) => this.describe(cluster, one.name) ?? {});
      return request.method === 'GET' ? answerPage(documents, request, pageSize) : answerNoMethod(request);
    }
    switch (request.method) {
      case 'GET':
        return this.answerOne(cluster, name);
      case 'PUT':
        return this.refuse(cluster, request, name) ?? this.put(cluster, request, name);
      case 'DELETE':
        return this.refuse(cluster, request, name) ?? remove(cluster, name);
      default:
        return answerNoMethod(request);
    }
  }

  private put(cluster: ClusterState, request: Received, name: string): Answer {
    const known = maintenanceNames.find((one) => one.toLowerCase() === name.toLowerCase());
    if (!known) {
      const names = "Only 'default', 'aksManagedAutoUpgradeSchedule' and 'aksManagedNodeOSUpgradeSchedule'";
      return answerArmError(400, 'InvalidParameter', `${names} are allowed configNames for maintenance configuration.`);
    }
    const parsed = bodySchema.safeParse(parseJson(request.body));
    if (!parsed.success) return answerArmError(400, 'InvalidParameter', z.prettifyError(parsed.error).slice(0, 300));
    const { properties } = parsed.data;
    const window = properties.maintenanceWindow;
    const today = dayIn(window?.utcOffset, new Date());
    if (window?.startDate && window.startDate.slice(0, 10) < today) {
      const input = `The input 'maintenanceWindow.startDate' ${window.startDate.slice(0, 10)} 00:00:00`;
      return answerArmError(400, 'InvalidParameter', `${input} is before the current time`);
    }
    const existed = cluster.maintenance.find(known) !== undefined;
    const whole = window ? { ...properties, maintenanceWindow: { startDate: today, ...window } } : properties;
    cluster.maintenance.set(known, whole);
    return this.answerOne(cluster, known, existed ? 200 : 201);
  }

  /** Choice where no source tells: while AKS works on the cluster a change gets 409, as changes of the cluster do. */
  private refuse(cluster: ClusterState, request: Received, name: string): Answer | undefined {
    if (cluster.provisioningState !== 'Succeeded') {
      const message = `Operation is not allowed: Another operation (${cluster.provisioningState}) is in progress.`;
      return answerArmError(409, 'OperationNotAllowed', message);
    }
    if (this.etags === 'none') return undefined;
    const etag = etagOf(cluster, name);
    const wanted = request.headers['if-match'];
    const isMet = (wanted === undefined || wanted === etag) && !(request.headers['if-none-match'] === '*' && etag);
    return isMet ? undefined : answerArmError(412, 'PreconditionFailed', 'The configuration has changed.');
  }

  private answerOne(cluster: ClusterState, name: string, status = 200): Answer {
    const document = this.describe(cluster, name);
    if (!document) return answerNotFound(type, name, cluster.declared.resourceGroup);
    const etag = etagOf(cluster, name);
    return answerJson(status, document, this.etags === 'given' && etag !== undefined ? { etag } : {});
  }

  private describe(cluster: ClusterState, name: string): Document | undefined {
    const found = cluster.maintenance.find(name);
    if (!found) return undefined;
    return {
      id: `${cluster.id}/maintenanceConfigurations/${found.name}`,
      name: found.name,
      type,
      systemData: { lastModifiedAt: found.changedAt.toISOString() },
      ...(this.etags === 'given' ? { eTag: etagOf(cluster, name) } : {}),
      properties: found.properties,
    };
  }
}

function remove(cluster: ClusterState, name: string): Answer {
  const existed = cluster.maintenance.find(name) !== undefined;
  cluster.maintenance.delete(name);
  return { status: existed ? 200 : 204 };
}

function etagOf(cluster: ClusterState, name: string): string | undefined {
  const found = cluster.maintenance.find(name);
  return found && `"m${found.revision}"`;
}

function isOneKind(schedule: Readonly<Record<string, unknown>>): boolean {
  return Object.values(schedule).filter((kind) => kind !== null && kind !== undefined).length === 1;
}

function answerNoMethod({ method, path }: Received): Answer {
  return answerArmError(405, 'MethodNotAllowed', `The local Azure does not implement ${method} ${path}.`);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { parseClusterId } from '../model/resource-id.js';
import { SyncError } from '../model/errors.js';
import {
  configurationNames,
  type ConfigurationName,
  type MaintenanceConfiguration,
  type MaintenanceConfigurations,
  type MaintenanceDocument,
  type MaintenanceWrite,
} from '../gate/maintenance/maintenance-ports.js';
import type { ArmClient, ArmWrite } from './arm-client.js';

/** `notAllowedDates` exist from 2023-05-01 on. Source: azure-rest-api-specs, managedClusters/maintenanceConfigurations. */
const apiVersion = '2025-10-01';

const named = z.looseObject({ name: z.string(), eTag: z.string().nullish(), etag: z.string().nullish() });

/** What ARM says of a resource and takes from nobody. */
const readOnly = new Set(['systemData', 'eTag', 'etag']);

/**
 * Maintenance configurations by raw ARM: the typed client drops fields that it does not know, and a PUT without them would delete them.
 *
 * The documented API has no ETag. Where an answer carries one all the same, it guards every write. Where none does, the configuration is
 * read once more just before it is written and must be what it was: only a change within that one round trip can be overwritten.
 */
export class ArmMaintenanceConfigurations implements MaintenanceConfigurations {
  constructor(
    private readonly arm: ArmClient,
    private readonly subscriptionId: string,
  ) {}

  async list(clusterId: string): Promise<readonly MaintenanceConfiguration[]> {
    const items = await this.arm.list(`${this.#own(clusterId)}/maintenanceConfigurations`, apiVersion);
    return items.flatMap((item) => configurationOf(item, undefined) ?? []);
  }

  async put(
    clusterId: string,
    name: ConfigurationName,
    document: MaintenanceDocument,
    before: MaintenanceConfiguration | undefined,
  ): Promise<MaintenanceWrite> {
    const path = `${this.#own(clusterId)}/maintenanceConfigurations/${name}`;
    const changed = await this.#findChange(path, before);
    if (changed !== undefined) return { result: 'conflict', reason: changed };
    const body = Object.fromEntries(Object.entries(document).filter(([field]) => !readOnly.has(field)));
    return writeOf(await this.arm.write('PUT', path, apiVersion, conditionOf(before), body));
  }

  async remove(clusterId: string, before: MaintenanceConfiguration): Promise<MaintenanceWrite> {
    const path = `${this.#own(clusterId)}/maintenanceConfigurations/${before.name}`;
    if (!(await this.arm.get(path, apiVersion))) return { result: 'done', document: undefined };
    const changed = await this.#findChange(path, before);
    if (changed !== undefined) return { result: 'conflict', reason: changed };
    return writeOf(await this.arm.write('DELETE', path, apiVersion, conditionOf(before)));
  }

  /** What differs from what was read; an ETag lets Azure itself say so. */
  async #findChange(path: string, before: MaintenanceConfiguration | undefined): Promise<string | undefined> {
    if (before?.etag !== undefined) return undefined;
    const answer = await this.arm.get(path, apiVersion);
    const isSame = answer ? before && isDeepStrictEqual(comparable(answer.body), comparable(before.document)) : !before;
    return isSame ? undefined : 'the configuration was changed since it was read';
  }

  /** Ids come in messages: only what is ours to change is ever asked for. */
  #own(clusterId: string): string {
    const cluster = parseClusterId(clusterId);
    if (cluster.subscriptionId.toLowerCase() === this.subscriptionId.toLowerCase()) return cluster.id;
    throw new SyncError(
      'INVALID_INPUT',
      `not a cluster of subscription ${this.subscriptionId}: "${clusterId.slice(0, 200)}"`,
    );
  }
}

function configurationOf(item: unknown, etag: string | undefined): MaintenanceConfiguration | undefined {
  const parsed = named.safeParse(item);
  if (!parsed.success) throw new SyncError('ARM_UNEXPECTED', 'a maintenance configuration without a name');
  const name = configurationNames.find((one) => one.toLowerCase() === parsed.data.name.toLowerCase());
  const version = etag ?? parsed.data.eTag ?? parsed.data.etag ?? undefined;
  return name && { name, document: parsed.data, ...(version === undefined ? {} : { etag: version }) };
}

/** Apart from when and by whom: what a person sees as the configuration. */
function comparable(document: unknown): unknown {
  if (typeof document !== 'object' || document === null) return document;
  const { systemData: _who, ...rest } = document as Readonly<Record<string, unknown>>;
  // A list may spell the id of a resource otherwise than the resource itself.
  return JSON.parse(JSON.stringify(rest, (key, value: unknown) => (key === 'id' ? undefined : value)));
}

function conditionOf(before: MaintenanceConfiguration | undefined): Readonly<Record<string, string>> {
  if (!before) return { 'if-none-match': '*' };
  return before.etag === undefined ? {} : { 'if-match': before.etag };
}

function writeOf(write: ArmWrite): MaintenanceWrite {
  if (write.outcome !== 'done') return { result: write.outcome, reason: write.reason };
  const document = z.looseObject({}).safeParse(write.body);
  return { result: 'done', document: document.data };
}

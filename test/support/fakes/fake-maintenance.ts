import { isDeepStrictEqual } from 'node:util';
import type {
  ConfigurationName,
  MaintenanceConfiguration,
  MaintenanceConfigurations,
  MaintenanceDocument,
  MaintenanceWrite,
} from '../../../shared/gate/maintenance/maintenance-ports.js';

interface Row {
  readonly name: ConfigurationName;
  readonly document: MaintenanceDocument;
  readonly revision: number;
}

type Window = Readonly<Record<string, unknown>>;

/** A window of every Sunday, as a user would have it. */
export function weekly(changes: Window = {}): MaintenanceDocument {
  const schedule = { weekly: { intervalWeeks: 1, dayOfWeek: 'Sunday' } };
  const maintenanceWindow = { schedule, durationHours: 8, utcOffset: '+00:00', startTime: '01:00', ...changes };
  return { properties: { maintenanceWindow } };
}

/** Maintenance configurations of AKS in memory: whole documents, a `startDate` that must not lie in the past, ETags or none. */
export class FakeMaintenance implements MaintenanceConfigurations {
  readonly #rows = new Map<string, Row>();
  #revisions = 0;
  /** The documented API has none; with them, Azure itself notices every change. */
  etags: 'given' | 'none' = 'given';
  /** What AKS is at: it takes no change meanwhile. */
  operation: string | undefined;
  /** Throws to be an Azure that fails; told what is asked for. */
  fault: (what: string) => void = () => undefined;
  /** Told what the app changed, as it changes; undefined: no configuration. */
  onTaken: (before: MaintenanceDocument | undefined, after: MaintenanceDocument | undefined) => void = () => undefined;
  /** Every document that was taken from the app, in turn; undefined: deleted. */
  readonly written: (MaintenanceDocument | undefined)[] = [];

  constructor(private readonly now: () => Date) {}

  /** A person's PUT. */
  set(clusterId: string, name: ConfigurationName, document: MaintenanceDocument): void {
    this.#revisions += 1;
    this.#rows.set(keyOf(clusterId, name), { name, document, revision: this.#revisions });
  }

  /** A person's DELETE. */
  delete(clusterId: string, name: ConfigurationName): void {
    this.#rows.delete(keyOf(clusterId, name));
  }

  find(clusterId: string, name: ConfigurationName): MaintenanceDocument | undefined {
    return this.#rows.get(keyOf(clusterId, name))?.document;
  }

  async list(clusterId: string): Promise<readonly MaintenanceConfiguration[]> {
    this.fault('list');
    const own = [...this.#rows].filter(([key]) => key.startsWith(`${clusterId.toLowerCase()} `));
    return own.map(([, { name, document, revision }]) => ({
      ...{ name, document },
      ...(this.etags === 'given' ? { etag: String(revision) } : {}),
    }));
  }

  async put(
    clusterId: string,
    name: ConfigurationName,
    document: MaintenanceDocument,
    before: MaintenanceConfiguration | undefined,
  ): Promise<MaintenanceWrite> {
    this.fault('put');
    const stopped = this.#stop(clusterId, name, before);
    if (stopped) return stopped;
    const start = startOf(document);
    const today = this.now().toISOString().slice(0, 10);
    if (start !== undefined && start < today)
      return {
        result: 'refused',
        reason: `400 InvalidParameter: 'maintenanceWindow.startDate' ${start} is before the current time`,
      };
    const whole = {
      ...document,
      properties: {
        ...(document['properties'] as object),
        maintenanceWindow: { startDate: today, ...windowOf(document) },
      },
    };
    this.onTaken(this.find(clusterId, name), whole);
    this.set(clusterId, name, whole);
    this.written.push(whole);
    return { result: 'done', document: whole };
  }

  async remove(clusterId: string, before: MaintenanceConfiguration): Promise<MaintenanceWrite> {
    this.fault('remove');
    if (!this.find(clusterId, before.name)) return { result: 'done', document: undefined };
    const stopped = this.#stop(clusterId, before.name, before);
    if (stopped) return stopped;
    this.onTaken(this.find(clusterId, before.name), undefined);
    this.delete(clusterId, before.name);
    this.written.push(undefined);
    return { result: 'done', document: undefined };
  }

  #stop(
    clusterId: string,
    name: ConfigurationName,
    before: MaintenanceConfiguration | undefined,
  ): MaintenanceWrite | undefined {
    const row = this.#rows.get(keyOf(clusterId, name));
    const isSame =
      before?.etag === undefined
        ? isDeepStrictEqual(row?.document, before?.document)
        : String(row?.revision) === before.etag;
    if (!isSame) return { result: 'conflict', reason: 'the configuration was changed since it was read' };
    if (this.operation !== undefined) return { result: 'busy', reason: `409 OperationNotAllowed: ${this.operation}` };
    return undefined;
  }
}

function windowOf(document: MaintenanceDocument): Window {
  return ((document['properties'] as Record<string, unknown>)['maintenanceWindow'] ?? {}) as Window;
}

function startOf(document: MaintenanceDocument): string | undefined {
  const start = windowOf(document)['startDate'];
  return typeof start === 'string' ? start : undefined;
}

function keyOf(clusterId: string, name: ConfigurationName): string {
  return `${clusterId.toLowerCase()} ${name}`;
}

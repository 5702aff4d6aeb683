import { dayAt, offsetMinutes, parseSpan } from '../../shared/gate/maintenance-dates.js';
import type { Document } from './cluster-documents.js';

/** The only names that AKS takes. */
export const maintenanceNames = [
  'default',
  'aksManagedAutoUpgradeSchedule',
  'aksManagedNodeOSUpgradeSchedule',
] as const;

interface Configuration {
  readonly name: string;
  readonly properties: Document;
  readonly revision: number;
  readonly changedAt: Date;
}

/** Maintenance configurations of one cluster. Ids compare without case. */
export class MaintenanceState {
  private readonly configurations = new Map<string, Configuration>();
  private revisions = 0;

  constructor(declared: readonly { readonly name: string; readonly properties: Document }[]) {
    for (const { name, properties } of declared) this.set(name, properties);
  }

  /** A PUT: what was there is gone. */
  set(name: string, properties: Document): Configuration {
    this.revisions += 1;
    const configuration = { name, properties, revision: this.revisions, changedAt: new Date() };
    this.configurations.set(name.toLowerCase(), configuration);
    return configuration;
  }

  find(name: string): Configuration | undefined {
    return this.configurations.get(name.toLowerCase());
  }

  delete(name: string): void {
    this.configurations.delete(name.toLowerCase());
  }

  list(): readonly Configuration[] {
    return [...this.configurations.values()];
  }

  /** `notAllowedDates` of a configuration, as they came. */
  entries(name: string): readonly unknown[] {
    const entries = windowOf(this.find(name)?.properties)['notAllowedDates'];
    return Array.isArray(entries) ? (entries as unknown[]) : [];
  }

  /** Whether an entry forbids maintenance now. Windows count as open otherwise: schedules are nothing that a scenario waits for. */
  forbids(name: string, now: Date): boolean {
    const today = dayAt(now, offsetMinutes(windowOf(this.find(name)?.properties)['utcOffset']));
    const spans = this.entries(name).flatMap((entry) => parseSpan(entry) ?? []);
    return spans.some(({ start, end }) => start <= today && today <= end);
  }
}

/** `properties.maintenanceWindow`; empty where there is none. */
export function windowOf(properties: Document | undefined): Document {
  const window = properties?.['maintenanceWindow'];
  return typeof window === 'object' && window !== null ? (window as Document) : {};
}

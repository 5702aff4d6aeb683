/** `properties` of a configuration, as ARM sends them. */
type Document = Readonly<Record<string, unknown>>;

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
    const today = dayIn(windowOf(this.find(name)?.properties)['utcOffset'], now);
    return this.entries(name).some((entry) => {
      const { start, end } = entry as { readonly start: string; readonly end: string };
      return start.slice(0, 10) <= today && today <= end.slice(0, 10);
    });
  }
}

/** `properties.maintenanceWindow`; empty where there is none. */
function windowOf(properties: Document | undefined): Document {
  const window = properties?.['maintenanceWindow'];
  return typeof window === 'object' && window !== null ? (window as Document) : {};
}

/** The day (`2026-11-23`) that it is at `now` in a window's `utcOffset`; UTC where none is given. */
export function dayIn(utcOffset: unknown, now: Date): string {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(String(utcOffset)) ?? [];
  const ahead = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  return new Date(now.getTime() + ahead * 60_000).toISOString().slice(0, 10);
}

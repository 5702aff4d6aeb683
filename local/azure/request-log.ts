/** Counts requests by service and class, for example `arm read` or `acr onenetwork manifest GET 200`. */
export class RequestLog {
  private readonly counts = new Map<string, number>();
  /** What roles must grant for the requests to Azure Resource Manager so far, in lower case. */
  readonly armActions = new Set<string>();
  private readonly meters: (readonly [service: string, bytes: () => number])[] = [];

  /** A service whose connections are metered. */
  meter(service: string, bytes: () => number): void {
    this.meters.push([service, bytes]);
  }

  /** Bytes that went both ways at services whose name starts with `prefix`. */
  bytes(prefix: string): number {
    return this.meters.filter(([service]) => service.startsWith(prefix)).reduce((sum, [, bytes]) => sum + bytes(), 0);
  }

  count(service: string, requestClass: string, status: number): void {
    const key = `${service} ${requestClass} ${status}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  /** Sum over all keys that start with `prefix`; every key without one. */
  total(prefix = ''): number {
    let sum = 0;
    for (const [key, count] of this.counts) if (key.startsWith(prefix)) sum += count;
    return sum;
  }

  entries(): ReadonlyMap<string, number> {
    return new Map([...this.counts].sort(([a], [b]) => a.localeCompare(b)));
  }
}

/** What a path is about, without names: the class of a request for the log. */
export function classOf(path: string): string {
  if (path.startsWith('/v2/')) return /\/(manifests|blobs|tags|referrers)\//.exec(path)?.[1] ?? 'base';
  if (path.startsWith('/oauth2/')) return 'token';
  if (path.startsWith('/acr/')) return 'inventory';
  if (path.startsWith('/v1/workspaces/')) return 'query';
  const segments = path.toLowerCase().split('/');
  const types = [
    'importimage',
    'gates',
    'maintenanceconfigurations',
    'updateruns',
    'members',
    'cacherules',
    'upgradeprofiles',
    'operations',
    'operationresults',
  ];
  const resources = ['policyassignments', 'managedclusters', 'registries', 'fleets'];
  return [...types, ...resources].find((type) => segments.includes(type)) ?? 'other';
}

import type { Application } from './application.js';
import { parseClusterEvent, parseFleetEvent, parseScheduledEvent, type Ignored } from './events.js';

/** What became of an event: one line for the log, or its type where it is none of ours. */
type Taken = string | Ignored;

/** @throws SyncError as `parseClusterEvent`, `Application.syncCluster` */
async function takeClusterEvent(event: unknown, app: Application): Promise<Taken> {
  const parsed = parseClusterEvent(event);
  if (parsed.kind === 'ignored') return parsed;
  const { clusters } = await app.syncCluster(parsed.cluster);
  return clusters.map(({ name, targets, finding }) => `${name}: ${targets.join(', ') || finding}`).join('; ');
}

/** @throws SyncError as `parseScheduledEvent`, `Application.prepareUpgrade` */
async function takeScheduledEvent(event: unknown, app: Application): Promise<Taken> {
  const parsed = parseScheduledEvent(event);
  if (parsed.kind === 'ignored') return parsed;
  const lines: string[] = [];
  for (const cluster of parsed.clusters) {
    const { name, targets, finding } = await app.prepareUpgrade(cluster, parsed.versions, parsed.notice);
    lines.push(`${name}: ${targets.join(', ') || finding}`);
  }
  return lines.join('; ');
}

/** @throws SyncError as `parseFleetEvent`, `Application.considerFleetGate` */
async function takeFleetEvent(event: unknown, app: Application): Promise<Taken> {
  const parsed = parseFleetEvent(event);
  if (parsed.kind === 'ignored') return parsed;
  await app.considerFleetGate(parsed.gateId);
  return `will judge ${parsed.gateId}`;
}

const takers = { cluster: takeClusterEvent, scheduled: takeScheduledEvent, fleet: takeFleetEvent } as const;

/**
 * Takes one event of Event Grid, however it came here. Twice is as good as once.
 * @param kinds that are looked for; the first that knows the event's type takes it
 * @returns one line for the log
 */
export async function takeEvent(
  event: unknown,
  kinds: readonly (keyof typeof takers)[],
  app: Application,
): Promise<string> {
  let eventType = '';
  for (const kind of kinds) {
    const taken = await takers[kind](event, app);
    if (typeof taken === 'string') return taken;
    eventType = taken.eventType;
  }
  return `ignored an event of type ${eventType}`;
}

import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { ResourceId } from '../model/resource-id.js';
import type { PlanQueue, Targets } from '../warming/ports.js';
import { enqueueTargets } from '../warming/request-targets.js';
import { auditIdOf } from './audit.js';
import type { AuditEntry, AuditTrail, BreakGlass, BreakGlasses } from './ports.js';
import { wakeOpeners, type WakePorts } from './wake-openers.js';

export interface BreakGlassPorts extends WakePorts {
  readonly breakGlasses: BreakGlasses;
  readonly audit: Pick<AuditTrail, 'save'>;
  readonly targets: Targets;
  readonly planQueue: PlanQueue;
  readonly now: () => Date;
}

/** A glass stays broken for three days at most. */
export const longestHours = 72;

/** Who opens or shuts a gate by hand, and why. */
export interface GlassOrder {
  readonly cluster: ResourceId;
  readonly version: KubernetesVersion;
  readonly who: string;
  readonly reason: string;
}

/**
 * Opens the gate of one cluster and version, whatever is known of it, until it expires. The trail is written first. Breaking it again
 * replaces who, why and until when, and is an entry of its own. A version that was never planned is asked for: whoever upgrades to it
 * will pull it, and only targets are judged, told to others and shut again.
 */
export async function breakGlass(order: GlassOrder, hours: number, ports: BreakGlassPorts): Promise<BreakGlass> {
  const { cluster, version, who, reason } = order;
  const at = ports.now();
  const expiresAt = new Date(at.getTime() + hours * 3_600_000);
  const glass = { clusterId: cluster.id, kubernetesVersion: version, reason, who, at, expiresAt };
  const before = await ports.breakGlasses.get(cluster.id, version);
  const entry = entryOf('break-glass', order, at, told(before), told(glass));
  await ports.audit.save(entry);
  await ports.breakGlasses.save(glass);
  await ports.audit.save({ ...entry, outcome: 'done' });
  if (!(await ports.targets.get(cluster.id, version))) await enqueueTargets(cluster.id, [version], ports);
  await judgeAnew(order, ports);
  await wakeOpeners(cluster.id, 'open', undefined, ports);
  return glass;
}

/** Lets proofs decide again. @returns the glass that was broken; undefined where none was, and nothing is written then */
export async function mendGlass(order: GlassOrder, ports: BreakGlassPorts): Promise<BreakGlass | undefined> {
  const { cluster, version } = order;
  const before = await ports.breakGlasses.get(cluster.id, version);
  if (!before) return undefined;
  const entry = entryOf('mend-glass', order, ports.now(), told(before), null);
  await ports.audit.save(entry);
  await ports.breakGlasses.remove(cluster.id, version);
  await ports.audit.save({ ...entry, outcome: 'done' });
  await judgeAnew(order, ports);
  return before;
}

function entryOf(
  action: 'break-glass' | 'mend-glass',
  { cluster, version, who, reason }: GlassOrder,
  at: Date,
  before: unknown,
  after: unknown,
): AuditEntry {
  const id = auditIdOf(at, action, cluster.id, version);
  // Whoever reads the trail sees the cluster alone beside it.
  const because = [`${action === 'break-glass' ? 'opens' : 'shuts'} ${version}: ${reason}`];
  return { id, at, who, action, resource: cluster.id, outcome: 'begun', before, after, because };
}

function told(glass: BreakGlass | undefined): unknown {
  return glass ? { ...glass, at: glass.at.toISOString(), expiresAt: glass.expiresAt.toISOString() } : null;
}

async function judgeAnew({ cluster, version }: GlassOrder, { gateQueue }: BreakGlassPorts): Promise<void> {
  await gateQueue.enqueue([{ kind: 'target', clusterId: cluster.id, kubernetesVersion: version }], 0);
}

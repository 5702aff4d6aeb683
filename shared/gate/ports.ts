import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { Deadline } from './decision/deadlines.js';
import type { GateDecision } from './decision/decide.js';
import type { VerifyTask } from '../warming/verify-registry-ports.js';
import type { OutgoingEvent } from './announcements/outgoing-events.js';

/** What is to be judged, or looked at again for judgements to rest on, as it travels on the queue `gate`. */
export type GateTask =
  | VerifyTask
  /** The lists of the policy assignment are made true. */
  | { readonly kind: 'policy' }
  | {
      /** Maintenance configurations of a cluster: held, or released. */
      readonly kind: 'maintenance';
      readonly clusterId: string;
    }
  | {
      readonly kind: 'target';
      readonly clusterId: string;
      readonly kubernetesVersion: KubernetesVersion;
      /** The judgement that this task follows: an older one is stale. Absent: judge now, and start the target's one chain of tasks anew. */
      readonly step?: number;
    }
  | {
      readonly kind: 'fleet-gate';
      readonly gateId: string;
      /** `recordedAt` (ISO 8601) of the record that this task follows: a newer one makes it stale. Absent: judge now. */
      readonly after?: string;
    };

export interface GateQueue {
  /** At least once, unordered. */
  enqueue(tasks: readonly GateTask[], delaySeconds: number): Promise<void>;
}

/** What a judgement has to tell others, saved with it: the outbox. */
export interface Announcements {
  /** Saved and not yet published, oldest first. */
  readonly pending: readonly OutgoingEvent[];
  /** Failures and risks that were told and still stand, so that each is told once. */
  readonly told: readonly string[];
}

/** The newest judgement of a target. */
export interface Judgement {
  readonly clusterId: string;
  readonly kubernetesVersion: KubernetesVersion;
  readonly decision: GateDecision['decision'];
  readonly decidedAt: Date;
  /** When the decision became what it is. */
  readonly since: Date;
  readonly step: number;
  /** What it tells others: saved with it, published after. Absent in rows of releases that published nothing. */
  readonly announcements?: Announcements;
}

export interface Judgements {
  get(clusterId: string, version: KubernetesVersion): Promise<{ judgement: Judgement; etag: string } | undefined>;
  list(): Promise<readonly Judgement[]>;
  /** @returns false when somebody else wrote first; nothing was written then */
  save(judgement: Judgement, etag: string | undefined): Promise<boolean>;
  /** The one that was read; what was written since stays. */
  remove(clusterId: string, version: KubernetesVersion, etag: string): Promise<void>;
}

/** An upgrade that ARM reports under way. */
export interface RunningUpgrade {
  /** Where to, as ARM names it: `x.y.z`, or `x.y` where the newest patch is taken. */
  readonly to: readonly string[];
  /** When it was first seen. */
  readonly since: Date;
}

/** A cluster as last seen, for people: also those that are left alone. */
export interface SeenCluster {
  readonly id: string;
  readonly name: string;
  readonly kubernetesVersion: KubernetesVersion;
  readonly isolated: boolean;
  readonly registry?: string;
  /** Why it is left alone, or what is wrong with it. */
  readonly finding?: string;
  /** Why its events do not reach the app, as last looked at. */
  readonly unheard?: string;
  /** An upgrade that ARM reported under way at `seenAt`. */
  readonly upgrade?: RunningUpgrade;
  readonly seenAt: Date;
}

export interface SeenClusters {
  get(clusterId: string): Promise<SeenCluster | undefined>;
  list(): Promise<readonly SeenCluster[]>;
  save(clusters: readonly SeenCluster[]): Promise<void>;
  remove(clusterId: string): Promise<void>;
}

/** A message that its queue gave up on, as it was: it can be put back. */
export interface PoisonMessage {
  /** Hash of queue and message. */
  readonly id: string;
  readonly queue: 'plan' | 'warm' | 'gate';
  /** JSON; cut beyond 30,000 characters, as no message of ours is. */
  readonly message: string;
  readonly reason: string;
  readonly at: Date;
  readonly replayedAt?: Date;
}

export interface PoisonMessages {
  /** Newest first, at most `most`. */
  list(most: number): Promise<readonly PoisonMessage[]>;
  /** Replaces what has the same id: given up on once more, it may be replayed once more. */
  save(message: PoisonMessage): Promise<void>;
  /** Forgets those given up on before; some are left to the next time where there are very many. */
  purge(before: Date): Promise<void>;
}

/** Something that went wrong outside a target: a poison message, a malformed event. */
export interface Problem {
  readonly at: Date;
  /** For example `queue warm`, `event FleetGateCreated`. */
  readonly source: string;
  readonly subject: string;
  readonly reason: string;
}

export interface Problems {
  /** Newest first, at most `most`. */
  list(most: number): Promise<readonly Problem[]>;
  add(problem: Problem): Promise<void>;
  /** Forgets older ones; some are left to the next time where there are very many. */
  purge(before: Date): Promise<void>;
}

/**
 * One change in Azure, or one that would have been made; or a break glass. `begun` is written before Azure is asked: an entry that
 * stays so tells that somebody died there.
 */
export interface AuditEntry {
  /** Made by `auditIdOf`, so that ids sort as times do; the same for `begun` and its end. */
  readonly id: string;
  /** When it was begun; its end keeps it. */
  readonly at: Date;
  /** `app`, or the person. */
  readonly who: string;
  readonly action: AuditAction;
  /** Resource id. */
  readonly resource: string;
  readonly outcome: 'begun' | 'done' | 'failed' | 'would';
  /** JSON as Azure had it, or the record that was there; null where there was nothing. */
  readonly before: unknown;
  /** JSON as it is since, or as it would be. */
  readonly after: unknown;
  /** Decisions and reasons that it rests on; what failed. */
  readonly because: readonly string[];
}

export const auditActions = [
  'approve-fleet-gate',
  'hold-maintenance',
  'release-maintenance',
  'create-maintenance',
  'allow-versions',
  'break-glass',
  'mend-glass',
] as const;
export type AuditAction = (typeof auditActions)[number];

export interface AuditTrail {
  /** Newest first, at most `most`. */
  list(most: number): Promise<readonly AuditEntry[]>;
  /** Replaces what has the same id. */
  save(entry: AuditEntry): Promise<void>;
  /** Forgets what was begun before; some is left to the next time where there is very much. */
  purge(before: Date): Promise<void>;
}

/** A person opened a gate that knowledge keeps shut: until it expires, and in plain sight. */
export interface BreakGlass {
  readonly clusterId: string;
  readonly kubernetesVersion: KubernetesVersion;
  readonly reason: string;
  readonly who: string;
  readonly at: Date;
  readonly expiresAt: Date;
}

export interface BreakGlasses {
  /** @returns also one that has expired: whoever asks compares `expiresAt`; undefined for one that cannot be read */
  get(clusterId: string, version: KubernetesVersion): Promise<BreakGlass | undefined>;
  list(): Promise<readonly BreakGlass[]>;
  /** Replaces that of the same cluster and version. */
  save(glass: BreakGlass): Promise<void>;
  /** Removing what is not there is fine. */
  remove(clusterId: string, version: KubernetesVersion): Promise<void>;
}

/** Tells others what has changed. */
export interface EventPublisher {
  /**
   * Hands events over; at least once, in any order: the same ids may be handed over again.
   * @throws SyncError EVENTS_UNAVAILABLE, EVENTS_FORBIDDEN, EVENTS_REFUSED: none may have been taken
   */
  publish(events: readonly OutgoingEvent[]): Promise<void>;
}

/** When clusters will pull, by where that is known from. */
export interface DeadlineRecords {
  list(): Promise<readonly Deadline[]>;
  /** Those of one cluster. */
  of(clusterId: string): Promise<readonly Deadline[]>;
  /** Replaces that of the same cluster, source and key, unless it was told later than this one. */
  save(deadline: Deadline): Promise<void>;
  /** Removing what is not there is fine. */
  remove(deadline: Pick<Deadline, 'clusterId' | 'source' | 'key'>): Promise<void>;
}

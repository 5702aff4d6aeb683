import type { AuditTrail, PoisonMessages, Problem, Problems } from '../gate/ports.js';

export interface PurgePorts {
  readonly problems: Pick<Problems, 'purge'>;
  readonly poison: Pick<PoisonMessages, 'purge'>;
  /** Problems and poison messages are kept for so long. */
  readonly retainMs: number;
  readonly audit: Pick<AuditTrail, 'purge'>;
  /** Entries of the audit trail, for so long. */
  readonly auditRetainMs: number;
  readonly now: () => Date;
}

const dayMs = 24 * 3_600_000;

/** What forgets, once a day and instance, what people were told long ago: it must not grow for ever. Three transactions when there is nothing. */
export function purgeDaily(): (ports: PurgePorts) => Promise<void> {
  let purgedAt = 0;
  return async ({ problems, poison, audit, retainMs, auditRetainMs, now }) => {
    const at = now().getTime();
    if (at - purgedAt < dayMs) return;
    purgedAt = at;
    await problems.purge(new Date(at - retainMs));
    await poison.purge(new Date(at - retainMs));
    await audit.purge(new Date(at - auditRetainMs));
  };
}

/** Records of artifacts that could not be read, as a problem for people. */
export function describeRepaired(registry: string, names: readonly string[]): Omit<Problem, 'at'> {
  const reason = `records could not be read, and are written anew; proofs begin from nothing: ${names.join(', ')}`;
  return { source: 'table syncArtifacts', subject: registry, reason };
}

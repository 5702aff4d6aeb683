import type { MaintenanceLook } from './reconcile.js';

const everyMs = 30 * 60_000;

/**
 * What decides whose planned maintenance a round of this instance has judged. Decisions that change, events and new plans have theirs judged at
 * once: the look at all finds only what nobody told, such as a window that a person made.
 */
export function lookAtAllHalfHourly(): (now: Date) => MaintenanceLook {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return (now) => {
    const at = now.getTime();
    if (at >= lookedAt && at - lookedAt < everyMs) return 'shut-or-held';
    lookedAt = at;
    return 'all';
  };
}

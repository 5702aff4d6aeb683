import type { Deadline } from './deadlines.js';
import type { Forecast } from './forecast.js';
import type { RiskKind } from '../announcements/outgoing-events.js';

/** A cluster will pull before its cache can be complete. */
export interface Risk {
  readonly deadline: Pick<Deadline, 'at' | 'what'>;
  readonly kind: RiskKind;
  /** In words, with the forecast where there is one. */
  readonly why: string;
}

/**
 * Whether the deadline will be missed as far as can be told. Pure.
 * - late: the forecast lies within the margin before the deadline, or after it
 * - blocked: what keeps the gate shut ends by no waiting, however far the deadline is
 * - unforeseeable: nothing can be said, and the margin before the deadline has begun
 */
export function assessRisk(
  forecast: Forecast,
  deadline: Pick<Deadline, 'at' | 'what'> | undefined,
  now: Date,
  marginMs: number,
): Risk | undefined {
  if (!deadline || forecast.kind === 'open') return undefined;
  const inTime = new Date(deadline.at.getTime() - marginMs);
  switch (forecast.kind) {
    case 'blocked':
      return { deadline, kind: 'blocked', why: forecast.why };
    case 'expected':
      return forecast.at > inTime
        ? { deadline, kind: 'late', why: describeLate(forecast.at, deadline.at, marginMs) }
        : undefined;
    case 'unknown':
      return now > inTime ? { deadline, kind: 'unforeseeable', why: forecast.why } : undefined;
  }
}

function describeLate(at: Date, deadline: Date, marginMs: number): string {
  const minutes = Math.round(marginMs / 60_000);
  const margin = at > deadline ? 'after it' : `less than ${minutes} min (DEADLINE_MARGIN_MINUTES) before it`;
  return `complete about ${at.toISOString().replace(/\.\d+Z$/, 'Z')}, ${margin}`;
}

/** How far the clocks of two workers may be apart; the gate allows as much. */
export const clockSkewMs = 5 * 60_000;

/** Whether a time was written by a clock that goes wrong: what it dates is no newer than what this clock dates. Pure. */
export function isOfTheFuture(time: Date, now: Date): boolean {
  return time.getTime() - now.getTime() > clockSkewMs;
}

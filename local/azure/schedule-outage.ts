import type { Scenario } from './scenario.js';
import type { Timers } from './timers.js';

/** Takes a service down for the time that the scenario says, counted from now. */
export function scheduleOutage(
  fault: Scenario['faults']['marDown'],
  service: { isDown: boolean },
  timers: Timers,
): void {
  if (!fault) return;
  const set = (isDown: boolean) => () => {
    service.isDown = isDown;
  };
  timers.after(fault.afterSeconds, set(true));
  timers.after(fault.afterSeconds + fault.seconds, set(false));
}

/** ISO 8601 times of one timer, as the host keeps them between runs. */
export interface TimerStatus {
  readonly last: string;
  readonly next: string;
  readonly lastUpdated: string;
}

/**
 * The timer object that a function gets, in the casing of the host (the library turns it into camel case).
 * @param status undefined where the schedule is not monitored or the call is by hand
 */
export function describeTimer(status: TimerStatus | undefined, options: { readonly isPastDue?: boolean } = {}): object {
  return {
    Schedule: { AdjustForDST: true },
    ScheduleStatus:
      status === undefined ? null : { Last: status.last, Next: status.next, LastUpdated: status.lastUpdated },
    IsPastDue: options.isPastDue ?? false,
  };
}

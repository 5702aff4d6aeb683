import type { DateSpan, HoldRecord, HoldState } from './maintenance-ports.js';

/** One maintenance configuration of a cluster. */
export interface HoldStatus {
  readonly clusterId: string;
  readonly cluster: string;
  readonly configuration: string;
  readonly state: HoldState;
  /** First and last day of our entry of `notAllowedDates`, both included, in the window's utcOffset. */
  readonly entry?: DateSpan;
  readonly since: string;
  readonly reasons: readonly string[];
}

export function describeHold({ clusterId, configuration, state, entry, since, reasons }: HoldRecord): HoldStatus {
  const cluster = clusterId.split('/').at(-1) ?? clusterId;
  const dates = entry ? { entry } : {};
  return { clusterId, cluster, configuration, state, ...dates, since: since.toISOString(), reasons };
}

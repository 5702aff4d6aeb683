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

/** What is to be known of an entry of ours that nobody here will remove: over or not. */
export function describeLeft({ start, end }: DateSpan, mode: 'observe' | 'enforce', is: 'over' | 'holding'): string {
  const entry = `our entry ${start} to ${end} of notAllowedDates`;
  const why = mode === 'observe' ? 'mode observe changes nothing in Azure' : 'nothing asks for it any more';
  if (is === 'over') return `${entry} is over and holds nothing, and stays: ${why}; remove it by hand`;
  return `${entry} holds until it ends by itself: ${why}; remove it by hand to end it sooner`;
}

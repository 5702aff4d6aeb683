import type { Reconciled } from '../gate/reconcile/reconcile.js';
import type { Status } from '../gate/status/status.js';
import type { TargetStatus } from '../gate/status/target-status.js';

/**
 * Counts that alerts and the workbook read from the log: the line `health: <this as JSON>` of every reconcile round. `infra/modules/alerts.bicep`
 * and `infra/workbook.json` name these fields; a test compares.
 */
export interface Health {
  readonly clusters: number;
  readonly targets: number;
  /** Targets of an upgrade, not of the running version, whose decision is not open. */
  readonly gatesShut: number;
  /** Minutes for which the one that is shut longest is shut; 0: none is. */
  readonly longestShutMinutes: number;
  readonly failedArtifacts: number;
  readonly outages: number;
  /** Messages given up on within a day and not replayed, as far as the status lists them. */
  readonly poison: number;
  /** Sources of the catalogue that are switched on and were not read well for a day. */
  readonly staleSources: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Pure: the same status gives the same line. */
export function healthOf({ clusters, registries, outages, poison, catalog, evaluatedAt }: Status): Health {
  const now = Date.parse(evaluatedAt);
  const targets = clusters.flatMap((cluster) => cluster.targets);
  const shut = targets.filter((target) => !target.current && target.decision !== 'open');
  return {
    clusters: clusters.length,
    targets: targets.length,
    gatesShut: shut.length,
    longestShutMinutes: Math.max(0, ...shut.map((target) => minutesShut(target, now))),
    failedArtifacts: registries.reduce((sum, { failed }) => sum + failed, 0),
    outages: outages.length,
    poison: poison.filter(({ at, replayedAt }) => replayedAt === undefined && now - Date.parse(at) < dayMs).length,
    staleSources: catalog.sources.filter(({ state }) => state === 'stale' || state === 'failed').length,
  };
}

/** While nothing is wrong and nothing happens, numbers of so long ago are told again: reading everything costs many transactions. */
const tellAgainMs = 15 * minuteMs;

/** The health after each round of this instance. */
export function watchHealth(): (round: Reconciled, read: () => Promise<Status>, now: Date) => Promise<Health> {
  let known: { readonly at: number; readonly health: Health } | undefined;
  return async ({ planned, failures, shut }, read, now) => {
    const at = now.getTime();
    const isQuiet = planned === 0 && failures.length === 0 && shut === 0;
    if (known && isQuiet && isWell(known.health) && at - known.at < tellAgainMs) return known.health;
    const health = healthOf(await read());
    known = { at, health };
    return health;
  };
}

function isWell({ gatesShut, failedArtifacts, outages, poison, staleSources }: Health): boolean {
  return gatesShut + failedArtifacts + outages + poison + staleSources === 0;
}

/** From the judgement on that made it so; before the first one it counts as just begun. */
function minutesShut({ decidedAt }: TargetStatus, now: number): number {
  return decidedAt === undefined ? 0 : Math.floor(Math.max(0, now - Date.parse(decidedAt)) / minuteMs);
}

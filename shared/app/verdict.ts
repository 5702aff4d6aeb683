import type { ClusterStatus, Status } from '../gate/status/status.js';
import type { TargetStatus } from '../gate/status/target-status.js';

/** What a person has to do now: nothing, nothing but wait, or look into something. */
export type Urgency = 'calm' | 'working' | 'look';

export interface Verdict {
  readonly urgency: Urgency;
  readonly headline: string;
  /** What to look into, most urgent first; empty unless urgency is "look". */
  readonly concerns: readonly string[];
}

/** Registries were seen to take up to 50 minutes for a fresh image (Azure/acr#876): what takes longer deserves a look. */
const patienceMs = 60 * 60_000;
const problemsCountForMs = 24 * 60 * 60_000;

/** The whole status in a line, for somebody who was just woken up. Pure. */
export function judgeStatus(status: Status): Verdict {
  const targets = status.clusters.flatMap((cluster) => cluster.targets.filter(({ current }) => !current));
  const open = targets.filter(({ decision }) => decision === 'open').length;
  const count = `${open} of ${targets.length} gates open`;
  const concerns = [
    ...status.clusters.flatMap((cluster) => concernsOf(cluster, status)),
    ...holdConcerns(status),
    ...recentProblems(status),
  ];
  if (concerns.length > 0) return { urgency: 'look', headline: `Needs a look: ${count}`, concerns };
  if (open < targets.length) return { urgency: 'working', headline: `${count}, warming goes on`, concerns };
  const waits = troublesOf(status);
  if (waits.length > 0) return { urgency: 'working', headline: [count, ...waits].join(', '), concerns };
  const headline = targets.length > 0 ? 'All gates are open' : 'No upgrade is planned for any cluster';
  return { urgency: 'calm', headline, concerns };
}

/** What is not well although every gate is open: it may end by itself. */
function troublesOf({ fleetGates, outages }: Status): readonly string[] {
  const waiting = fleetGates.filter(({ action }) => action === 'waiting' || action === 'approving').length;
  const gates = waiting === 0 ? [] : [waiting === 1 ? '1 Fleet gate waits' : `${waiting} Fleet gates wait`];
  return [...gates, ...outages.map(({ loginServer, what }) => `${loginServer}: ${what}`)];
}

function concernsOf(cluster: ClusterStatus, status: Status): readonly string[] {
  const finding = cluster.isolated && cluster.finding !== undefined ? [`${cluster.name}: ${cluster.finding}`] : [];
  return [...finding, ...cluster.targets.flatMap((target) => concernOf(cluster.name, target, status))];
}

function concernOf(cluster: string, target: TargetStatus, { evaluatedAt }: Status): readonly string[] {
  const subject = `${cluster} ${target.current ? 'at' : 'to'} ${target.kubernetesVersion}`;
  if (target.decision === 'open') return [];
  const failed = target.missing.filter(({ state }) => state === 'failed').length;
  if (failed > 0) return [`${subject}: ${failed} ${failed === 1 ? 'artifact' : 'artifacts'} failed for good`];
  const { deadline } = target;
  if (deadline?.risk) return [`${subject}: needed by ${deadline.at} (${deadline.what}), at risk: ${deadline.risk.why}`];
  // No upgrade waits for the version that runs: new nodes are served, if more slowly.
  if (target.current) return [];
  if (target.decision === 'unknown' && target.plannedAt !== undefined) {
    return [`${subject}: unknown, ${target.reasons[0] ?? 'for no given reason'}`];
  }
  const since = ageMs(target.decidedAt, evaluatedAt);
  return since >= patienceMs ? [`${subject}: ${target.decision} for ${formatAge(since)}`] : [];
}

/** Upgrades that would be held, and are not. That there is nothing to hold is told at its place. */
const unheld: ReadonlySet<string> = new Set(['overridden', 'unholdable', 'refused']);

function holdConcerns({ holds = [] }: Status): readonly string[] {
  return holds
    .filter(({ state }) => unheld.has(state))
    .map(({ cluster, configuration, reasons }) => `${cluster}: ${configuration} is not held: ${reasons.at(-1) ?? ''}`);
}

function recentProblems({ problems, evaluatedAt }: Status): readonly string[] {
  const recent = problems.filter(({ at }) => ageMs(at, evaluatedAt) < problemsCountForMs).length;
  if (recent === 0) return [];
  return [`${recent} ${recent === 1 ? 'problem' : 'problems'} in the last 24 hours, listed below`];
}

/** Milliseconds from `since` to `now`, both ISO 8601; 0 where `since` is absent or later. */
export function ageMs(since: string | undefined, now: string): number {
  return since === undefined ? 0 : Math.max(0, new Date(now).getTime() - new Date(since).getTime());
}

/** `45 s`, `12 min`, `3 h`, `2 d`: one unit, rounded down. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 2 * 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

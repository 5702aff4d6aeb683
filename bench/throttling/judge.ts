import { serverLimits } from './server.js';
import type { Outcome, Scenario, Step } from './simulate.js';

export interface Judgement {
  readonly seconds: number;
  /** No scheduler could be through sooner: the slowest bucket, its burst first, then its rate; our share of both. */
  readonly bound: number;
  readonly ratio: number;
  /** The worst time of a registry against the time by which it would be through if those who still need a bucket shared it evenly. */
  readonly worstWait: number;
  readonly artifacts: number;
}

export function judge(scenario: Scenario, outcome: Outcome): Judgement {
  const seconds = Math.max(...outcome.finishedAt.values());
  const bound = Math.max(
    ...scenario.backlogs.map(({ registry }) => fairFinish(scenario, registry, 'alone')),
    all(scenario),
  );
  const waits = scenario.backlogs.map(
    ({ registry, startsAt = 0 }) =>
      ((outcome.finishedAt.get(registry) ?? Number.POSITIVE_INFINITY) - startsAt) /
      Math.max(fairFinish(scenario, registry, 'shared'), 1),
  );
  const artifacts = scenario.backlogs.reduce((sum, backlog) => sum + backlog.artifacts, 0);
  return { seconds, bound, ratio: seconds / bound, worstWait: Math.max(...waits), artifacts };
}

function all(scenario: Scenario): number {
  const artifacts = scenario.backlogs.reduce((sum, backlog) => sum + backlog.artifacts, 0);
  return Math.max(
    ...steps(scenario)
      .filter(isShared)
      .map((step) => timeFor(scenario, step, artifacts)),
  );
}

/** Seconds after which a registry has had what it needs of every bucket, at the earliest. */
function fairFinish(scenario: Scenario, registry: string, use: 'alone' | 'shared'): number {
  const own = scenario.backlogs.find((backlog) => backlog.registry === registry)?.artifacts ?? 0;
  const evenly = scenario.backlogs.reduce((sum, { artifacts }) => sum + Math.min(artifacts, own), 0);
  return Math.max(
    ...steps(scenario).map((step) => timeFor(scenario, step, isShared(step) && use === 'shared' ? evenly : own)),
  );
}

function timeFor({ share }: Scenario, { operation, requests }: Step, artifacts: number): number {
  const { capacity, perSecond } = serverLimits[operation];
  const part = operation === 'upstream-read' ? 1 : share;
  return Math.max(0, artifacts * requests - capacity * part) / (perSecond * part);
}

/** Requests of an artifact by operation: one bucket serves all steps of an operation. */
function steps({ steps }: Scenario): readonly Step[] {
  const sums = new Map<Step['operation'], number>();
  for (const { operation, requests } of steps) sums.set(operation, (sums.get(operation) ?? 0) + requests);
  return [...sums].map(([operation, requests]) => ({ operation, requests }));
}

function isShared({ operation }: Step): boolean {
  return operation === 'upstream-read' || operation === 'arm-read' || operation === 'arm-write';
}

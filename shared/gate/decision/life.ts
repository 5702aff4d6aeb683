/**
 * How long artifacts take to be cached, learnt from looks: what is found by a look ended some time since the look before. Three shapes
 * are weighed against each other by how likely they make what was seen, each with many parameters, so that few measurements give a wide
 * range instead of a wrong number: evenly up to a longest time (a backlog that is worked off), Weibull, log-logistic (stragglers).
 */

/** Seconds since the pin. `until` absent: has not ended as of the look at `since`. */
export interface Seen {
  readonly since: number;
  readonly until?: number;
  /** How many were seen so. */
  readonly count: number;
}

/** Probability that one has ended, by seconds since its pin. */
type Ended = (seconds: number) => number;

export interface Life {
  readonly ended: Ended;
  readonly weight: number;
}

const scales = 28;
const shapes = [0.5, 0.7, 0.9, 1.1, 1.4, 1.8, 2.4, 3.2];
/** What is less likely than this next to the likeliest changes nothing. */
const leastWeight = 0.01;
const tiny = 1e-12;

/** The shapes that what was seen leaves likely, likeliest first. Pure. @param seen at least one that ended */
export function learnLives(seen: readonly Seen[]): readonly Life[] {
  const longest = Math.max(...seen.map(({ since, until = since }) => Math.max(since, until)), 1);
  const families = [evenly(longest), weibull(longest), logLogistic(longest)];
  const judged = families.flatMap((family) =>
    family.map((ended) => ({ ended, log: likelihood(ended, seen) - Math.log(family.length) })),
  );
  const best = Math.max(...judged.map(({ log }) => log));
  const likely = judged
    .map(({ ended, log }) => ({ ended, weight: Math.exp(log - best) }))
    .filter(({ weight }) => weight >= leastWeight)
    .sort((a, b) => b.weight - a.weight);
  const sum = likely.reduce((total, { weight }) => total + weight, 0);
  return likely.map(({ ended, weight }) => ({ ended, weight: weight / sum }));
}

function evenly(longest: number): readonly Ended[] {
  return range(1, 60).map(
    (factor): Ended =>
      (seconds) =>
        Math.min(seconds / (longest * factor), 1),
  );
}

function weibull(longest: number): readonly Ended[] {
  return shapes.flatMap((shape) =>
    range(0.002, 60).map(
      (factor): Ended =>
        (seconds) =>
          -Math.expm1(-((seconds / (longest * factor)) ** shape)),
    ),
  );
}

function logLogistic(longest: number): readonly Ended[] {
  return shapes.flatMap((shape) =>
    range(0.002, 60).map(
      (factor): Ended =>
        (seconds) =>
          seconds <= 0 ? 0 : 1 / (1 + (seconds / (longest * factor)) ** -shape),
    ),
  );
}

/** Factors, each as many times the one before. */
function range(least: number, most: number): readonly number[] {
  return Array.from({ length: scales }, (_unused, index) => least * (most / least) ** (index / (scales - 1)));
}

function likelihood(ended: Ended, seen: readonly Seen[]): number {
  return seen.reduce((sum, { since, until, count }) => {
    const by = until === undefined ? 1 : ended(until);
    return sum + count * Math.log(Math.max(by - ended(since), tiny));
  }, 0);
}

/** Some that have not ended: as of a look, and the looks that will find them. Seconds since their pin. */
export interface Running {
  readonly since: number;
  readonly count: number;
  /** The last look at or before a time, in seconds from now; undefined: there is none by then. */
  readonly lookBy: (fromNow: number) => number | undefined;
}

/** Probability that all have been found to have ended by then, in seconds from now. Pure; never falls. */
export function allFoundBy(lives: readonly Life[], running: readonly Running[], fromNow: number): number {
  const looks = running.map((group) => ({ ...group, at: group.lookBy(fromNow) }));
  return lives.reduce((sum, { ended, weight }) => {
    let log = 0;
    for (const { since, count, at } of looks) {
      if (at === undefined) return sum;
      const left = Math.max(1 - ended(since), tiny);
      log += count * Math.log(Math.max((ended(at) - ended(since)) / left, tiny));
    }
    return sum + weight * Math.exp(log);
  }, 0);
}

import { play, type Played, type PlayOptions } from './play.js';
import { faultNames, type Fault, type FaultCounts } from './weather.js';

/** How a run went, as it travels between processes. */
export interface RunResult {
  readonly seed: number;
  readonly wrongs: readonly string[];
  readonly steps: number;
  readonly mostOpen: number;
  readonly faults: readonly (readonly [Fault, number])[];
}

/** Many runs, added up. */
export interface Campaign {
  readonly runs: number;
  readonly failed: readonly RunResult[];
  readonly steps: number;
  /** Runs in which a gate was open while the storm raged. */
  readonly runsWithOpenGates: number;
  readonly faults: FaultCounts;
}

const mostShown = 5;

/** Runs of some seeds, one after the other. */
export async function playSeeds(seeds: readonly number[], options?: PlayOptions): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  for (const seed of seeds) results.push(resultOf(seed, await play(seed, options)));
  return results;
}

function resultOf(seed: number, { wrongs, steps, mostOpen, faults }: Played): RunResult {
  return { seed, wrongs, steps, mostOpen, faults: [...faults] };
}

export function addUp(results: readonly RunResult[]): Campaign {
  const counts = new Map<Fault, number>(faultNames.map((fault) => [fault, 0]));
  for (const { faults } of results)
    for (const [fault, count] of faults) counts.set(fault, (counts.get(fault) ?? 0) + count);
  return {
    runs: results.length,
    failed: results.filter(({ wrongs }) => wrongs.length > 0),
    steps: results.reduce((sum, { steps }) => sum + steps, 0),
    runsWithOpenGates: results.filter(({ mostOpen }) => mostOpen > 0).length,
    faults: counts,
  };
}

/** Lines for people: what happened how often, and how to see a failed run again. */
export function describeCampaign(campaign: Campaign): string {
  const { runs, failed, steps, runsWithOpenGates, faults } = campaign;
  const width = Math.max(...faultNames.map((fault) => fault.length));
  return [
    `${runs} runs of ${steps} steps, each step checked; gates were open amid the storm in ${runsWithOpenGates} runs`,
    ...[...faults].map(([fault, count]) => `  ${fault.padEnd(width)} ${String(count).padStart(7)}`),
    ...failed.slice(0, mostShown).map(describeFailure),
    failed.length === 0 ? 'no wrong gate, no lost artifact' : `${failed.length} of ${runs} runs FAILED`,
  ].join('\n');
}

export function describeFailure({ seed, steps, wrongs }: RunResult): string {
  const again = `  again: CHAOS_SEED=${seed} CHAOS_RUNS=1 npm run chaos`;
  return [`seed ${seed} after ${steps} steps:`, ...wrongs.slice(0, 5).map((wrong) => `  ${wrong}`), again].join('\n');
}

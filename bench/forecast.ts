/** `npm run bench:forecast`: how far forecasts of simulated warmings are off. */
import { simulate, type Guess, type Warming } from './forecast/simulate.js';

const artifacts = 120;
const runs = 40;
const shares = [0.2, 0.4, 0.6, 0.8];

const warmings: readonly Warming[] = [
  { name: 'even, up to 10 min', seconds: (dice) => dice() * 600 },
  { name: 'exponential, 2 min on average', seconds: (dice) => -Math.log(1 - dice()) * 120 },
  {
    name: 'seconds, one of twenty 20 to 50 min',
    seconds: (dice) => (dice() < 0.05 ? 1200 + dice() * 1800 : 2 + dice() * 60),
  },
  { name: 'log-normal, median 1 min', seconds: (dice) => 60 * Math.exp(1.1 * normal(dice)) },
  { name: 'one after the other, 5 s each', seconds: (dice, index) => index * 5 + dice() * 5 },
];

function normal(dice: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
}

/** mulberry32 */
function diceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** One line: how much longer it was said to take than it took, and how often it ended within the range that was told. */
function describe(guesses: readonly Guess[]): string {
  const told = guesses.flatMap(({ forecast, leftMs, now }) =>
    forecast.kind === 'expected' ? [{ forecast, leftMs, now: now.getTime() }] : [],
  );
  const ratios = told.map(({ forecast, leftMs, now }) => (forecast.at.getTime() - now) / leftMs).sort((a, b) => a - b);
  const inside = told.filter(({ forecast, leftMs, now }) => {
    const end = now + leftMs;
    return forecast.earliest.getTime() <= end && end <= forecast.latest.getTime();
  }).length;
  const early = told.filter(({ forecast, leftMs, now }) => forecast.latest.getTime() < now + leftMs).length;
  const share = (count: number) => `${Math.round((100 * count) / told.length)} %`.padStart(5);
  const ratio = [0.1, 0.5, 0.9].map((at) => percentile(ratios, at).toFixed(2).padStart(6)).join('');
  return `${String(told.length).padStart(3)}/${guesses.length}  ${ratio}   ${share(inside)}   ${share(early)}`;
}

console.log(`${runs} warmings of ${artifacts} artifacts each; a ratio of 1.00 is a forecast that was right\n`);
console.log('registry caches in'.padEnd(38), 'done', '  told  ', ' p10   p50   p90   in range  later than latest');
for (const warming of warmings) {
  const all = Array.from({ length: runs }, (_unused, run) => simulate(warming, artifacts, diceOf(run + 1), shares));
  for (const [index, share] of shares.entries()) {
    const guesses = all.flatMap((guess) => guess[index] ?? []);
    console.log((index === 0 ? warming.name : '').padEnd(38), `${Math.round(share * 100)} %`, describe(guesses));
  }
}

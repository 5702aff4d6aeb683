/**
 * `npm run chaos`: CHAOS_RUNS (1,000) storms from CHAOS_SEED (1) on, in as many processes as there are cores. Exit code 1 when a run
 * failed; its seed plays it again.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { addUp, describeCampaign, playSeeds, type RunResult } from '../support/chaos/campaign.js';

const first = Number(process.env.CHAOS_SEED ?? 1);
const runs = Number(process.env.CHAOS_RUNS ?? 1000);
/** So few runs per errand that no process waits long for the others. */
const errand = 10;

if (process.send) {
  process.on('message', (seeds: readonly number[]) => {
    void playSeeds(seeds).then((results) => process.send?.(results));
  });
} else {
  const started = Date.now();
  const seeds = Array.from({ length: runs }, (_unused, index) => first + index);
  const results: RunResult[] = [];
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), runs) }, () => work(seeds, results)));
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(describeCampaign(addUp(results.sort((a, b) => a.seed - b.seed))));
  console.log(`${seconds} s, seeds ${first} to ${first + runs - 1}`);
  process.exitCode = results.some(({ wrongs }) => wrongs.length > 0) ? 1 : 0;
}

/** One process that takes seeds from the list until it is empty. */
async function work(seeds: number[], results: RunResult[]): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: ['--import', 'tsx'] });
  await new Promise<void>((resolve, reject) => {
    const next = () => (seeds.length > 0 ? child.send(seeds.splice(0, errand)) : child.kill());
    child.on('message', (done: readonly RunResult[]) => {
      results.push(...done);
      next();
    });
    child.on('error', reject);
    child.on('exit', (code) => (code ? reject(new Error(`a worker of the chaos ended with ${code}`)) : resolve()));
    next();
  });
}

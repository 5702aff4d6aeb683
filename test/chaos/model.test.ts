import fc from 'fast-check';
import { begin, commands } from '../support/chaos/commands.js';

const seed = Number(process.env.CHAOS_SEED ?? 20);
/** A counterexample names the path that leads to it: CHAOS_PATH. */
const path = process.env.CHAOS_PATH;
const runs = Number(process.env.CHAOS_MODEL_RUNS ?? 15);

test('whatever breaks, is repaired, moved, deleted and lost, gates are open only where the model allows it, and where it demands it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 25, size: 'max' }), fc.nat(), async (sequence, world) => {
      await fc.asyncModelRun(() => begin(world), sequence);
    }),
    { numRuns: runs, seed, ...(path === undefined ? {} : { path }), endOnFailure: true },
  );
});

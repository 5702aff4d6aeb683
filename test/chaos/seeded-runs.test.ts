import { useVirtualDate } from '../support/chaos/virtual-date.js';
import { play } from '../support/chaos/play.js';
let end = () => {};
beforeAll(() => { end = useVirtualDate(); });
afterAll(() => end());
test('x', async () => {
  const base = Number(process.env.CHAOS_SEED ?? 1);
  const runs = Number(process.env.CHAOS_RUNS ?? 20);
  for (let i = 0; i < runs; i++) {
    const t = performance.now();
    const p = await play(base + i);
    process.stderr.write(`${base+i} steps ${p.steps} open ${p.mostOpen} ${(performance.now()-t).toFixed(0)}ms ${p.wrongs.slice(0,3).join(' | ')}\n`);
  }
}, 1e9);

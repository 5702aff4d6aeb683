import type { ContentReader, ManifestTree } from '../../shared/warming/ports.js';
import { playSeeds } from '../support/chaos/campaign.js';
import { around } from '../support/chaos/faulty-ports.js';
import type { Sabotage } from '../support/chaos/instances.js';
import type { Fault } from '../support/chaos/weather.js';

/** So many storms at most, until one is to find it out. */
const mostRuns = 20;

/** The app with registries whose answers are changed on the way to it. */
function misreading(methods: readonly (keyof ContentReader)[], change: (answer: object) => object): Sabotage {
  return (ports) => ({
    ...ports,
    registry: (loginServer) =>
      around(ports.registry(loginServer), async (call, words, method) => {
        const answer = await call(...words);
        return (methods as readonly string[]).includes(method) ? change(answer as object) : answer;
      }),
  });
}

const asCached = (answer: object) => ({ ...answer, origin: 'registry' });

const forgetChildren: Sabotage = (ports) => ({
  ...ports,
  upstream: around(ports.upstream, async (call, words, method) => {
    const answer = await call(...words);
    return method === 'get' ? { ...(answer as ManifestTree), children: [] } : answer;
  }),
});

const neverLookAgain: Sabotage = (ports) => ({
  ...ports,
  workPolicy: { ...ports.workPolicy, reproveAfterMs: Number.POSITIVE_INFINITY },
  verifyPolicy: { ...ports.verifyPolicy, everyMs: Number.POSITIVE_INFINITY },
});

test.each<[string, Sabotage, readonly Fault[]]>([
  [
    'takes what is proxied for cached',
    misreading(['head', 'get', 'headBlob'], asCached),
    ['caching takes half an hour'],
  ],
  ['takes layers for granted', misreading(['headBlob'], asCached), ['layer comes after its manifest']],
  ['forgets the children of an index', forgetChildren, ['caching takes half an hour']],
  ['never looks again at what is proven', neverLookAgain, ['cached repository deleted']],
])('chaos finds out an engine that %s', async (_sentence, sabotage, only) => {
  for (let seed = 1; seed <= mostRuns; seed += 1) {
    const [result] = await playSeeds([seed], { sabotage, only });
    if (result && result.wrongs.length > 0) return;
  }
  throw new Error(`${mostRuns} storms did not find it out`);
});

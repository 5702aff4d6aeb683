import type { Ports } from '../../shared/app/application.js';
import type { ContentReader } from '../../shared/warming/ports.js';
import { playSeeds } from '../support/chaos/campaign.js';
import { around } from '../support/chaos/faulty-ports.js';
import type { Sabotage } from '../support/chaos/instances.js';

/** So many storms at most, until one is to find it out. */
const mostRuns = 40;

/** Breaks how the app reads registries. */
function reading(breakIt: (reader: ContentReader) => Partial<ContentReader>): Sabotage {
  return (ports) => ({
    ...ports,
    registry: (loginServer) => {
      const reader = ports.registry(loginServer);
      return new Proxy(reader, {
        get: (owner, name) => {
          const broken: unknown = Reflect.get(breakIt(reader), name);
          if (broken !== undefined) return broken;
          const value: unknown = Reflect.get(owner, name, owner);
          return typeof value === 'function' ? (value.bind(owner) as unknown) : value;
        },
      });
    },
  });
}

const withoutChildren = async (ports: Ports, repository: string, reference: string) => ({
  ...(await ports.upstream.get(repository, reference)),
  children: [],
});

test.each<[string, Sabotage]>([
  [
    'takes what is proxied for cached',
    reading((reader) => ({
      head: async (repository, reference) => ({ ...(await reader.head(repository, reference)), origin: 'registry' }),
      get: async (repository, reference) => ({ ...(await reader.get(repository, reference)), origin: 'registry' }),
      headBlob: async (repository, digest) => ({ ...(await reader.headBlob(repository, digest)), origin: 'registry' }),
    })),
  ],
  [
    'forgets the children of an index',
    (ports) => ({
      ...ports,
      upstream: around(ports.upstream, (call, words, method) =>
        method === 'get' ? withoutChildren(ports, String(words[0]), String(words[1])) : call(...words),
      ),
    }),
  ],
  [
    'takes the layers for granted',
    reading((reader) => ({
      headBlob: async (repository, digest) => ({ ...(await reader.headBlob(repository, digest)), origin: 'registry' }),
    })),
  ],
  [
    'never looks again at what is proven',
    (ports) => ({
      ...ports,
      workPolicy: { ...ports.workPolicy, reproveAfterMs: Number.POSITIVE_INFINITY },
      gatePolicy: { ...ports.gatePolicy, maxProofAgeMs: Number.POSITIVE_INFINITY },
    }),
  ],
])(
  'chaos finds out an engine that %s',
  async (_sentence, sabotage) => {
    for (let seed = 1; seed <= mostRuns; seed += 1) {
      const [result] = await playSeeds([seed], sabotage);
      if (result && result.wrongs.length > 0) return;
    }
    throw new Error(`${mostRuns} storms did not find it out`);
  },
  120_000,
);

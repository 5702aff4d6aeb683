import type { Ports } from '../../../shared/app/ports.js';
import { SyncError } from '../../../shared/model/errors.js';
import type { Chance } from '../chance.js';
import type { Weather } from './weather.js';

/** What clients of storage throw: no `SyncError`, so the message comes back. */
export class StorageFault extends Error {
  override readonly name = 'StorageFault';
}

type Call = (...words: readonly unknown[]) => Promise<unknown>;
/** Calls through, or not, or half. */
type Around = (call: Call, words: readonly unknown[], method: string) => Promise<unknown>;

const reads = ['list', 'get', 'read'];

/** What Resource Manager answered before, by question. */
export type Before = Map<string, unknown>;

/** Storage and Resource Manager that fail, for one instance of the app. Registries fail by `faultyFetch`. */
export function faultyPorts(ports: Ports, weather: Weather, chance: Chance, before: Before): Ports {
  const storage = storageFaults(weather, chance);
  const arm = armFaults(weather, chance, before);
  return {
    ...ports,
    states: around(ports.states, storage),
    targets: around(ports.targets, storage),
    judgements: around(ports.judgements, storage),
    fleetRecords: around(ports.fleetRecords, storage),
    seenClusters: around(ports.seenClusters, storage),
    observed: around(ports.observed, storage),
    planQueue: around(ports.planQueue, storage),
    warmQueue: around(ports.warmQueue, storage),
    gateQueue: around(ports.gateQueue, storage),
    clusters: around(ports.clusters, arm),
    registries: around(ports.registries, arm),
    fleets: around(ports.fleets, arm),
    imports: around(ports.imports, arm),
    outageRecords: around(ports.outageRecords, storage),
    registryProofs: around(ports.registryProofs, storage),
    poison: around(ports.poison, storage),
  };
}

/** Something else that is kept in storage. */
export function faultyStorage<Store extends object>(store: Store, weather: Weather, chance: Chance): Store {
  return around(store, storageFaults(weather, chance));
}

/** A port whose every call goes through `how`. */
export function around<Port extends object>(port: Port, how: Around): Port {
  return new Proxy(port, {
    get(owner, name) {
      const value: unknown = Reflect.get(owner, name, owner);
      if (typeof value !== 'function') return value;
      const call: Call = async (...words) => await (Reflect.apply(value, owner, words) as Promise<unknown>);
      return (...words: readonly unknown[]) => how(call, words, String(name));
    },
  });
}

function storageFaults(weather: Weather, chance: Chance): Around {
  return async (call, words, method) => {
    if (weather.strikes('storage answers 503')) throw new StorageFault('503 ServerBusy');
    if (reads.includes(method)) return await call(...words);
    const [many, ...rest] = words;
    if (Array.isArray(many) && many.length > 1 && weather.strikes('storage writes half')) {
      await call(many.slice(0, 1 + chance.below(many.length - 1)), ...rest);
      throw new StorageFault('the connection broke after some of the batches');
    }
    const result = await call(...words);
    if (weather.strikes('storage writes, the answer is lost')) throw new StorageFault('read ECONNRESET');
    return result;
  };
}

function armFaults(weather: Weather, chance: Chance, before: Before): Around {
  return async (call, words, method) => {
    if (weather.strikes('ARM answers 429'))
      throw new SyncError('ARM_UNAVAILABLE', 'ARM: 429', { retryAfterSeconds: 1 + chance.below(20) });
    if (weather.strikes('ARM answers 5xx')) throw new SyncError('ARM_UNAVAILABLE', 'ARM: 503');
    if (weather.strikes('ARM refuses')) throw new SyncError('ARM_FORBIDDEN', 'ARM: 403');
    const result = await call(...words);
    if (method === 'approve' && weather.strikes('ARM approves, the answer is lost'))
      throw new SyncError('ARM_UNAVAILABLE', 'ARM: no answer');
    return isClusterList(result) && weather.strikes('ARM forgets a cluster')
      ? { ...result, clusters: result.clusters.slice(1) }
      : remember(before, method, words, result, weather);
  };
}

/** A replica of ARM that lags behind. */
function remember(
  before: Before,
  method: string,
  words: readonly unknown[],
  result: unknown,
  weather: Weather,
): unknown {
  if (method !== 'upgradeProfile' && !isClusterList(result)) return result;
  const key = `${method} ${JSON.stringify(words)}`;
  const old = before.get(key);
  before.set(key, result);
  return old !== undefined && weather.strikes('ARM shows a cluster of before') ? old : result;
}

function isClusterList(result: unknown): result is { readonly clusters: readonly unknown[] } {
  return typeof result === 'object' && result !== null && 'clusters' in result && Array.isArray(result.clusters);
}

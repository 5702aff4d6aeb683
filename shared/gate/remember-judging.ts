import type { KubernetesVersion } from '../model/kubernetes-version.js';
import type { RecentStates, StoredState, TargetRecord, Targets } from '../warming/ports.js';
import type { StoredRegistryProof } from '../warming/registry-proof.js';
import type { JudgeReads } from './evaluate-target.js';

export interface RememberPorts extends Omit<JudgeReads, 'gatePolicy' | 'targets' | 'states'> {
  readonly targets: Pick<Targets, 'get' | 'revision'>;
  readonly states: Pick<RecentStates, 'list' | 'listSince'>;
}

/** An answer rests on states of a registry that were read within this: seconds, where a loss in a registry is noticed within hours. */
const rememberForMs = 2000;
/** Who asks after this has them read anew for the next, and does not wait. */
const renewAfterMs = 1000;
/** All states of a registry are read again after this; in between, those that were written since the last time. */
const wholeForMs = 60_000;
/** Not of many registries at once: those who ask meanwhile would wait for all of it. None is put off for more than another `wholeForMs`. */
const wholeApartMs = 250;
/** How much further back what was written lately goes: storage writes by its own clock. */
const overlapMs = 10_000;
/** Why a gate is shut, beside what is missing: no decision depends on it. */
const causesForMs = 5000;
const mostTargets = 2000;

/**
 * What people and pipelines are answered from, so that many may ask often: a plan, while its record in storage has the revision that it was
 * read at (asked for every time), and the states of a registry as they were within the last two seconds. Ages of proofs are judged by the clock
 * of now. Openers, which change Azure, read storage instead.
 */
export function rememberJudging(ports: RememberPorts): Omit<JudgeReads, 'gatePolicy'> {
  const registries = new RememberedRegistries(ports);
  return {
    ...ports,
    targets: new RememberedTargets(ports.targets),
    registryProofs: { get: async (registry) => (await registries.read(registry)).proof },
    states: { list: async (registry) => (await registries.read(registry)).states },
    outageRecords: { list: rememberFor(causesForMs, ports.now, () => ports.outageRecords.list()) },
    throttled: rememberFor(causesForMs, ports.now, () => ports.throttled()),
  };
}

class RememberedTargets implements Pick<Targets, 'get'> {
  readonly #known = new Map<string, { readonly revision: string; readonly record: TargetRecord }>();

  constructor(private readonly targets: RememberPorts['targets']) {}

  async get(cluster: string, version: KubernetesVersion): Promise<TargetRecord | undefined> {
    const key = `${cluster.toLowerCase()} ${version}`;
    const revision = await this.targets.revision(cluster, version);
    const known = this.#known.get(key);
    if (known && known.revision === revision) return known.record;
    // Read after its revision: at worst it is newer, and read once more the next time.
    const record = await this.targets.get(cluster, version);
    this.#known.delete(key);
    if (record && revision !== undefined) this.#known.set(key, { revision, record });
    for (const oldest of this.#known.keys()) if (this.#known.size > mostTargets) this.#known.delete(oldest);
    return record;
  }
}

interface Reading {
  readonly proof: StoredRegistryProof | undefined;
  readonly states: ReadonlyMap<string, StoredState>;
}

interface KnownRegistry {
  readonly reading: Reading;
  /** When it was begun to be read, and when all of its states were; ms of the epoch. */
  readonly at: number;
  readonly wholeAt: number;
}

class RememberedRegistries {
  readonly #known = new Map<string, KnownRegistry>();
  readonly #renewed = new Map<string, Promise<Reading>>();
  /** When all states of some registry were begun to be read last. */
  #wholeAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly ports: RememberPorts) {}

  async read(registry: string): Promise<Reading> {
    const known = this.#known.get(registry);
    const age = known ? this.#now() - known.at : Number.POSITIVE_INFINITY;
    if (!known || !isWithin(age, rememberForMs)) return await this.#renew(registry);
    // Who is answered from memory does not wait, nor learn that storage failed: the next one does.
    if (age >= renewAfterMs) this.#renew(registry).catch(() => undefined);
    return known.reading;
  }

  /** One reading at a time: who asks meanwhile waits for the same. */
  #renew(registry: string): Promise<Reading> {
    const going = this.#renewed.get(registry);
    if (going) return going;
    const reading = this.#load(registry).finally(() => this.#renewed.delete(registry));
    this.#renewed.set(registry, reading);
    return reading;
  }

  /** The proof first: what it does not hold true of any more has lost its own proof by then. */
  async #load(registry: string): Promise<Reading> {
    const at = this.#now();
    const known = this.#known.get(registry);
    const wholeAge = at - (known?.wholeAt ?? 0);
    const isOthersTurn = isWithin(at - this.#wholeAt, wholeApartMs) && isWithin(wholeAge, 2 * wholeForMs);
    const isEnough = isWithin(wholeAge, wholeForMs) || isOthersTurn;
    const base = isEnough ? known : undefined;
    if (!base) this.#wholeAt = at;
    const proof = await this.ports.registryProofs.get(registry);
    const states = base ? await this.#statesAfter(base, registry) : await this.ports.states.list(registry);
    for (const [key, { at: then }] of this.#known) if (!isWithin(at - then, wholeForMs)) this.#known.delete(key);
    this.#known.set(registry, { reading: { proof, states }, at, wholeAt: base?.wholeAt ?? at });
    return { proof, states };
  }

  async #statesAfter({ reading, at }: KnownRegistry, registry: string): Promise<Reading['states']> {
    const written = await this.ports.states.listSince(registry, new Date(at - overlapMs));
    return written.size === 0 ? reading.states : new Map([...reading.states, ...written]);
  }

  #now(): number {
    return this.ports.now().getTime();
  }
}

function isWithin(age: number, most: number): boolean {
  return age >= 0 && age < most;
}

function rememberFor<Value>(ms: number, now: () => Date, read: () => Promise<Value>): () => Promise<Value> {
  let known: { readonly at: number; readonly value: Promise<Value> } | undefined;
  return () => {
    const at = now().getTime();
    if (known && isWithin(at - known.at, ms)) return known.value;
    const value = read();
    known = { at, value };
    value.catch(() => (known = undefined));
    return value;
  };
}

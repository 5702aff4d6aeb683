import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { clockSkewMs } from '../warming/clock-skew.js';
import type { ArtifactStates, StoredState, TargetRecord, Targets } from '../warming/ports.js';
import type { LossMark, ProofLosses } from '../warming/proof-losses.js';
import type { StoredRegistryProof } from '../warming/registry-proof.js';
import type { JudgeReads } from './evaluate-target.js';

export interface RememberPorts extends Omit<JudgeReads, 'gatePolicy' | 'targets'> {
  readonly targets: Pick<Targets, 'get' | 'revision'>;
  readonly losses: ProofLosses;
}

/** Whoever has warned of a loss has written it within this, or given up: attempts of a storage request end before. */
const lossIsWrittenWithinMs = 60_000;
/** After a warning nobody remembers for so long, however wrong a clock may be. */
const settledAfterMs = lossIsWrittenWithinMs + clockSkewMs;
/** How late an artifact that has got its proof may be told: what is missing is looked at anew after this. */
const missingForMs = 2000;
/** A memory of nothing but proofs: a loss is warned of, and a record that is new keeps no gate open. */
const provenForMs = 15_000;
/** Why a gate is shut, beside what is missing: no decision depends on it. */
const causesForMs = 5000;
const mostTargets = 2000;

interface Snapshot {
  readonly token: string | undefined;
  readonly startedAt: number;
  readonly states: Promise<ReadonlyMap<string, StoredState>>;
  /** Set when the reading has ended: whether all of it is proven. */
  allProven: boolean;
}

/**
 * What a gate is judged by, from the memory of this instance where that cannot open a gate that is not open:
 * - a plan, while its record in storage has the revision that it was read at: asked for every time;
 * - states of a registry, while no loss of a proof was warned of since they began to be read, nor shortly before: asked for every time.
 *   A proof that came since is seen seconds later, which keeps a gate shut too long, never open;
 * - the newest round of a registry (`registry-proof.ts`): that something was seen at a time stays true. Ages are judged by the clock of now.
 * Three small reads a question instead of a list of every artifact.
 */
export function rememberJudging(ports: RememberPorts): Omit<JudgeReads, 'gatePolicy' | 'now'> {
  const proofs = new Map<string, { readonly at: number; readonly proof: Promise<StoredRegistryProof | undefined> }>();
  const outages = rememberFor(causesForMs, ports.now, () => ports.outageRecords.list());
  return {
    targets: new RememberedTargets(ports.targets),
    states: new RememberedStates(ports),
    registryProofs: {
      get: (registry) => {
        const at = ports.now().getTime();
        const known = proofs.get(registry);
        if (known && isWithin(at - known.at, provenForMs)) return known.proof;
        const proof = ports.registryProofs.get(registry);
        proofs.set(registry, { at, proof });
        proof.catch(() => proofs.delete(registry));
        return proof;
      },
    },
    outageRecords: { list: outages },
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

class RememberedStates implements Pick<ArtifactStates, 'list'> {
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(private readonly ports: RememberPorts) {}

  async list(registry: string): Promise<ReadonlyMap<string, StoredState>> {
    const mark = await this.ports.losses.newest(registry);
    const now = this.ports.now().getTime();
    if (!isSettled(mark, now)) return await this.ports.states.list(registry);
    const known = this.#snapshots.get(registry);
    if (known && known.token === mark?.token && isFresh(known, now)) return await known.states;
    // The warning was read before: whatever is lost from now on has another token.
    const states = this.ports.states.list(registry);
    const snapshot: Snapshot = { token: mark?.token, startedAt: now, states, allProven: false };
    this.#snapshots.set(registry, snapshot);
    try {
      const read = await states;
      snapshot.allProven = [...read.values()].every(({ state }) => state.phase === 'proven');
      return read;
    } catch (error) {
      this.#snapshots.delete(registry);
      throw error;
    }
  }
}

function isSettled(mark: LossMark | undefined, now: number): boolean {
  return mark === undefined || now - mark.at.getTime() >= settledAfterMs;
}

function isFresh({ startedAt, allProven }: Snapshot, now: number): boolean {
  return isWithin(now - startedAt, allProven ? provenForMs : missingForMs);
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

import { Application } from '../../../shared/app/application.js';
import { indexStates } from '../../../shared/gate/evaluate-target.js';
import type { StateIndex } from '../../../shared/gate/decision/decide.js';
import { artifactName } from '../../../shared/model/artifact.js';
import { parseClusterId } from '../../../shared/model/resource-id.js';
import type { RecentStates, TargetRecord } from '../../../shared/warming/ports.js';
import type { RegistryProof } from '../../../shared/warming/registry-proof.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import { withoutRule, type ChaosAzure } from './chaos-azure.js';
import type { Truth } from './truth.js';

/** No artifact waits longer for its next look: the longest delay, the longest Retry-After and the clocks' differences. */
const longestWaitMs = 45 * 60_000;

/** How everything stands after a step. */
export interface Inspected {
  /** Nothing is to be found after any step of any run. */
  readonly wrongs: readonly string[];
  /** `one 1.35.7` for every target whose gate is open. */
  readonly open: readonly string[];
  /** Those of which nothing is missing, open or not: a gate without a cache rule stays shut all the same. */
  readonly warm: readonly string[];
}

/** Asks every gate, and the registries whether that is true. */
export async function inspect(azure: ChaosAzure): Promise<Inspected> {
  const records = await azure.targets.list();
  const indexes = await indexAll(records, azure);
  const look: Look = { truth: azure.truth, rounds: await azure.registryProofs.list() };
  const app = new Application({ ...azure.ports(), states: readOnce(azure.states) });
  const wrongs: string[] = [];
  const open: string[] = [];
  const warm: string[] = [];
  for (const record of records) {
    const plan = record.planned;
    if (!plan) continue;
    const states = indexes.get(plan.registry) ?? new Map<string, ArtifactState>();
    wrongs.push(...lostArtifacts(record, states, azure.clock.now().getTime()));
    const cluster = parseClusterId(record.clusterId);
    const { decision, missing } = await app.gate({ cluster, version: record.kubernetesVersion, strict: false });
    if (missing.length === 0) warm.push(nameOf(record));
    if (decision !== 'open') continue;
    open.push(nameOf(record));
    if (cluster.name === withoutRule) wrongs.push(`${nameOf(record)} is open, and its registry has no cache rule`);
    wrongs.push(...lies(record, states, look));
  }
  const states = [...indexes.values()].flatMap((index) => [...index.values()]);
  return { wrongs: [...wrongs, ...falseProofs(states, look)], open, warm };
}

interface Look {
  readonly truth: Truth;
  readonly rounds: ReadonlyMap<string, RegistryProof>;
}

function unexcused(state: ArtifactState, { truth, rounds }: Look): readonly string[] {
  return truth.unexcused(state, rounds.get(state.registry));
}

/** An open gate whose artifacts are not all there, unless they were taken away after they were proven. */
function lies(record: TargetRecord, states: StateIndex, look: Look): readonly string[] {
  return (record.planned?.set.artifacts ?? []).flatMap((artifact) => {
    const state = states.get(artifactName(artifact));
    const missing = state ? unexcused(state, look) : ['its record'];
    if (missing.length === 0) return [];
    return [`${nameOf(record)} is open without ${artifactName(artifact)}: ${missing.join(', ')}`];
  });
}

/** Proofs that were wrong when they were made, whether a gate waits for them or not: the sharper eye. */
function falseProofs(states: readonly ArtifactState[], look: Look): readonly string[] {
  return states
    .filter(({ phase }) => phase === 'proven')
    .flatMap((state) => {
      const missing = unexcused(state, look);
      const name = `${artifactName(state)} in ${state.loginServer}`;
      return missing.length === 0 ? [] : [`${name} counts as proven without ${missing.join(', ')}`];
    });
}

/** Every planned artifact is proven, or has a time at which it is looked at, or a reason for people. */
function lostArtifacts(record: TargetRecord, states: StateIndex, now: number): readonly string[] {
  return (record.planned?.set.artifacts ?? []).flatMap((artifact) => {
    const state = states.get(artifactName(artifact));
    const lost = state ? isLost(state, now) : 'has no record';
    return lost === undefined ? [] : [`${nameOf(record)}: ${artifactName(artifact)} ${lost}`];
  });
}

function isLost(state: ArtifactState, now: number): string | undefined {
  if (state.phase === 'failed') return state.reason === undefined ? 'failed without a reason' : undefined;
  if (state.phase === 'proven') return state.provenAt === undefined ? 'is proven at no time' : undefined;
  if (state.dueAt.getTime() - now > longestWaitMs) return `sleeps until ${state.dueAt.toISOString()}`;
  return undefined;
}

/** Artifacts that are not in their registries as MAR has them now, whatever excuse there is: for the calm after a storm. */
export async function findAbsent(azure: ChaosAzure): Promise<readonly string[]> {
  const records = await azure.targets.list();
  const indexes = await indexAll(records, azure);
  return records.flatMap((record) => {
    const { registry = '', set } = record.planned ?? {};
    return (set?.artifacts ?? [])
      .filter((artifact) => {
        const state = indexes.get(registry)?.get(artifactName(artifact));
        return !state || azure.truth.missing(state).length > 0 || !azure.truth.isCurrent(state);
      })
      .map((artifact) => `${nameOf(record)}: ${artifactName(artifact)}`);
  });
}

/** Six gates are asked about two registries. */
function readOnce(states: RecentStates): RecentStates {
  const lists = new Map<string, ReturnType<RecentStates['list']>>();
  return {
    list: (registry) => {
      const list = lists.get(registry) ?? states.list(registry);
      lists.set(registry, list);
      return list;
    },
    listSince: (registry, since) => states.listSince(registry, since),
    get: (registry, artifact) => states.get(registry, artifact),
    save: () => Promise.reject(new Error('whoever looks on writes nothing')),
  };
}

async function indexAll(records: readonly TargetRecord[], azure: ChaosAzure): Promise<ReadonlyMap<string, StateIndex>> {
  const registries = [...new Set(records.flatMap(({ planned }) => planned?.registry ?? []))];
  const indexed = registries.map(async (registry) => [registry, await indexStates(registry, azure.states)] as const);
  return new Map(await Promise.all(indexed));
}

function nameOf({ clusterId, kubernetesVersion }: TargetRecord): string {
  return `${clusterId.split('/').at(-1)} ${kubernetesVersion}`;
}

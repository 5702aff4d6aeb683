import { isOfTheFuture } from '../model/clock-skew.js';
import { SyncError } from '../model/errors.js';
import { taskOf } from './advance.js';
import type { Outage } from './outage.js';
import type { StoredState } from './ports.js';
import {
  covers,
  headsVouchForMs,
  isSettled,
  isYoung,
  provesNothing,
  replaces,
  withOutage,
  type RegistryProof,
  type StoredRegistryProof,
} from './registry-proof.js';
import type { ArtifactState } from './state.js';
import { fresh } from './steps.js';
import { afterLookInVain } from './unreachable.js';
import {
  lookAtInventory,
  lookByHeads,
  reachOf,
  type ByRepository,
  type Looks,
  type Missing,
} from './verify-registry-looks.js';
import type { Round, VerifyPorts, VerifyTask } from './verify-registry-ports.js';

/** As many as are read in a few seconds: an invocation ends early, and a death repeats little. */
const mostRepositories = 200;
/** Tries in a row that found out nothing; then the timer begins anew some time. */
const mostAttempts = 4;
/** Writers who come between reading a record and demoting it. */
const mostConflicts = 3;

/** How a message of a round ended: told in logs and tests. */
export type Verified = 'verified' | 'fresh' | 'nothing' | 'goes-on' | 'given-up' | 'outdone';

/**
 * Proves a registry's warm set again: one request a repository where the registry lists what it holds, else one HEAD an artifact.
 * Unchanged, it writes one record. What is missing loses its proof and is planned again, before that record is written.
 *
 * Runs twice, also at once: demotions and record carry versions, and a round that began earlier does not replace a later one's record.
 * Stops anywhere: without its record a round proved nothing, and demotions hold; what was demoted and not enqueued is overdue, which
 * reconciliation finds. A registry that fails in the middle is asked again later for the rest. One that cannot be reached at all has that in
 * its record, until a round reaches it; a worker that wrote meanwhile knows better, and then this round says nothing of it.
 * @throws SyncError STATE_CONFLICT when others write the same records all the time: the message comes back
 */
export async function verifyRegistry(task: VerifyTask, ports: VerifyPorts): Promise<Verified> {
  const known = await ports.registryProofs.get(task.registry);
  if (!task.round && known && isSettled(known.proof, ports.now(), ports.verifyPolicy.everyMs)) return 'fresh';
  const startedAt = ports.now();
  const states = [...(await ports.states.list(task.registry)).values()];
  const begun = task.round ?? begin(states, startedAt, ports.now());
  if (!begun) return 'nothing';
  const { chunk, rest } = splitWork(states, begun, task.registry);
  const { looks, evidence } = await look(chunk, begun, known?.proof, ports);
  const round = { ...begun, evidence };
  const outage = await outageAfter(
    looks,
    states,
    { known: known?.proof.outage, loginServer: round.loginServer },
    ports,
  );
  const proof = withOutage(proofOf(task.registry, round), outage);
  await demote(looks.missing, proof, ports);
  const repositories = [...chunk.keys()];
  const isWhole = rest.length === 0 && repositories.every((repository) => looks.seen.has(repository));
  if (isWhole && replaces(proof, known?.proof, ports.now()))
    return (await ports.registryProofs.save(proof, known?.etag)) ? 'verified' : 'outdone';
  await noteOutage(proof, known, ports);
  if (isWhole) return 'outdone';
  return await goOn(task.registry, round, { repositories, looks }, ports);
}

/** The registry as the newest pinned record knows it; undefined when nothing is proven. */
function begin(states: readonly StoredState[], startedAt: Date, verifiedAt: Date): Round | undefined {
  const proven = states.map(({ state }) => state).filter(({ phase }) => phase === 'proven');
  const rightly = proven.filter(({ pinnedAt }) => !isOfTheFuture(pinnedAt, startedAt));
  const [first, ...others] = rightly.length > 0 ? rightly : proven;
  if (!first) return undefined;
  const { loginServer, incarnation } = others.reduce(newer, first);
  const times = { startedAt: startedAt.toISOString(), verifiedAt: verifiedAt.toISOString() };
  return { loginServer, incarnation, evidence: 'inventory', ...times, after: '', attempt: 0 };
}

function newer(a: ArtifactState, b: ArtifactState): ArtifactState {
  return b.pinnedAt > a.pinnedAt ? b : a;
}

function proofOf(registry: string, round: Round): RegistryProof {
  const { loginServer, incarnation, evidence, startedAt, verifiedAt } = round;
  const times = { startedAt: new Date(startedAt), verifiedAt: new Date(verifiedAt) };
  return { registry, loginServer, incarnation, evidence, ...times };
}

/** The next repositories of a round, in the order of their names, with what the record will cover of them. */
function splitWork(
  states: readonly StoredState[],
  round: Round,
  registry: string,
): { readonly chunk: ByRepository; readonly rest: readonly string[] } {
  const proof = proofOf(registry, round);
  const ahead = states.filter(({ state }) => covers(proof, state) && state.cachedRepository > round.after);
  const all = Map.groupBy(ahead, ({ state }) => state.cachedRepository);
  const names = [...all.keys()].sort();
  const chunk = new Map(names.slice(0, mostRepositories).map((name) => [name, all.get(name) ?? []]));
  return { chunk, rest: names.slice(mostRepositories) };
}

/**
 * HEADs stand in where a registry has no list for us. They say less: as long as a list vouches for children, a list that fails is
 * waited for, and one that is empty all of a sudden is believed.
 */
async function look(
  chunk: ByRepository,
  round: Round,
  known: RegistryProof | undefined,
  ports: VerifyPorts,
): Promise<{ readonly looks: Looks; readonly evidence: RegistryProof['evidence'] }> {
  if (chunk.size === 0) return { looks: { seen: new Set(), missing: [] }, evidence: round.evidence };
  if (round.evidence === 'inventory') {
    const looks = await lookAtInventory(round.loginServer, chunk, ports.storedManifests);
    const isVouchedFor = known?.evidence === 'inventory' && isYoung(known, new Date(round.startedAt), headsVouchForMs);
    if (looks.speaks || isVouchedFor || round.after !== '') return { looks, evidence: 'inventory' };
  }
  return { looks: await lookByHeads(chunk, ports.registry(round.loginServer)), evidence: 'heads' };
}

/** Takes the proof of what is missing, and has it requested again. A record that somebody changed is left alone if the round says nothing of it. */
async function demote(missing: readonly Missing[], proof: RegistryProof, ports: VerifyPorts): Promise<void> {
  let open = missing;
  for (let conflicts = 0; open.length > 0; conflicts += 1) {
    if (conflicts > mostConflicts)
      throw new SyncError('STATE_CONFLICT', `${proof.registry}: ${open.length} records change all the time`);
    const changes = open.map(({ stored, reason }) => ({
      state: demoted(stored.state, reason, ports.now()),
      etag: stored.etag,
    }));
    const lost = new Set(await ports.states.save(changes));
    const isLost = ({ repository, tag }: ArtifactState): boolean => lost.has(`${repository}:${tag}`);
    const tasks = changes.filter(({ state }) => !isLost(state)).map(({ state }) => taskOf(state));
    await ports.warmQueue.enqueue(tasks, 0);
    const read = open
      .filter(({ stored }) => isLost(stored.state))
      .map(async ({ stored, reason }) => ({ stored: await ports.states.get(proof.registry, stored.state), reason }));
    open = (await Promise.all(read)).flatMap(({ stored, reason }) =>
      stored && covers(proof, stored.state) ? [{ stored, reason }] : [],
    );
  }
}

function demoted(state: ArtifactState, reason: string, now: Date): ArtifactState {
  const { importTries: _importTries, ...rest } = fresh(state);
  return { ...rest, phase: 'planned', step: state.step + 1, attempts: 0, dueAt: now, reason };
}

/** The outage of the registry as these looks leave it: begun, gone on, ended, or as it was known. */
async function outageAfter(
  looks: Looks,
  states: readonly StoredState[],
  { known, loginServer }: { readonly known: Outage | undefined; readonly loginServer: string },
  { registry, now }: VerifyPorts,
): Promise<Outage | undefined> {
  const proven = states.filter(({ state }) => state.phase === 'proven' && state.loginServer === loginServer);
  const reach = await reachOf(looks, proven, known ? 'not-reached' : 'reached', registry(loginServer));
  if (reach === 'reached') return undefined;
  return reach === 'unknown' ? known : afterLookInVain(known, reach, now());
}

/** Where a round has proven nothing, what it learnt of an outage is written beside what was proven before; mostly there is nothing to write. */
async function noteOutage(
  { registry, loginServer, outage }: RegistryProof,
  known: StoredRegistryProof | undefined,
  { registryProofs }: VerifyPorts,
): Promise<void> {
  if (outage === known?.proof.outage) return;
  const proven = known?.proof.loginServer ? known.proof : provesNothing(registry, loginServer);
  await registryProofs.save(withOutage(proven, outage), known?.etag);
}

/** The rest of a round, behind the last repository before which none is left out; later if the registry failed. */
async function goOn(
  registry: string,
  round: Round,
  { repositories, looks }: { readonly repositories: readonly string[]; readonly looks: Looks },
  ports: VerifyPorts,
): Promise<Verified> {
  const gap = repositories.findIndex((repository) => !looks.seen.has(repository));
  const seen = gap < 0 ? repositories : repositories.slice(0, gap);
  const attempt = seen.length > 0 ? 0 : round.attempt + 1;
  if (attempt >= mostAttempts) return 'given-up';
  const after = seen.at(-1) ?? round.after;
  const backoff = gap < 0 ? 0 : 15 * 2 ** attempt;
  const delay = Math.max(backoff, looks.failure?.retryAfterSeconds ?? 0);
  await ports.verifyQueue.enqueue([{ kind: 'verify-registry', registry, round: { ...round, after, attempt } }], delay);
  return 'goes-on';
}

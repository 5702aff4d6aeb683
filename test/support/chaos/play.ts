import { covers } from '../../../shared/warming/registry-proof.js';
import { minutes, clusterId, target } from '../builders.js';
import { Chance } from '../chance.js';
import { parseClusterId } from '../../../shared/model/resource-id.js';
import type { Ports } from '../../../shared/app/ports.js';
import { artifactName } from '../../../shared/model/artifact.js';
import { ChaosAzure, clusterNames, clusterWith, withoutRule } from './chaos-azure.js';
import { Instances, type Sabotage } from './instances.js';
import { findAbsent, inspect } from './invariants.js';
import { mostSkewSeconds } from './truth.js';
import { mischief, work, type Scene } from './storm.js';
import type { Fault, FaultCounts } from './weather.js';

const longestStorm = 400;
/** After the faults stop, every gate is open within this, and what was taken from a registry is back after `healSeconds`. */
const openSeconds = 3 * 3600;
const healSeconds = 5 * 3600;
const sliceSeconds = 600;

/** How one run went. */
export interface Played {
  /** Nothing, if the app is right. */
  readonly wrongs: readonly string[];
  readonly faults: FaultCounts;
  readonly steps: number;
  /** Most gates that were open at the same time while the storm raged: a storm in which none opens proves little. */
  readonly mostOpen: number;
}

export interface PlayOptions {
  /** What is broken in the app. */
  readonly sabotage?: Sabotage;
  /** As of `Weather`. */
  readonly only?: readonly Fault[];
}

const leaveAsIs: Sabotage = (ports) => ports;

/** One run: a storm of faults, then calm. The same seed, the same run. */
export async function play(seed: number, { sabotage = leaveAsIs, only = [] }: PlayOptions = {}): Promise<Played> {
  const chance = new Chance(seed);
  const scene = setScene(seed, chance, sabotage, only);
  const { azure, weather, bugs, instances } = scene;
  const approvals: Promise<readonly string[]>[] = [];
  azure.fleets.onApproved = () => void approvals.push(judgeApproval(scene));
  await azure.syncAll();
  // Some storms meet a cache that is warm: there open gates can become lies.
  if (chance.share(0.4)) await azure.pass(300);
  weather.rage();
  instances.start();
  const length = 100 + chance.below(longestStorm);
  let mostOpen = 0;
  const outcome = (wrongs: readonly string[], steps: number): Played => ({
    wrongs: [...wrongs, ...bugs.map(String)],
    faults: weather.counts,
    steps,
    mostOpen,
  });
  for (let step = 0; step < length; step += 1) {
    await work(scene);
    await mischief(scene);
    const inspected = await inspect(azure);
    const wrongs = [...inspected.wrongs, ...(await Promise.all(approvals)).flat()];
    if (wrongs.length + bugs.length > 0) return outcome(wrongs, step);
    mostOpen = Math.max(mostOpen, inspected.open.length);
  }
  return outcome(await recover(scene, approvals, sabotage(azure.ports())), length);
}

function setScene(seed: number, chance: Chance, sabotage: Sabotage, only: readonly Fault[]): Scene {
  const azure = new ChaosAzure(seed, chance, only);
  const { weather } = azure;
  const instances = new Instances(azure, weather, chance, sabotage);
  return { azure, weather, chance, instances, bugs: [], gates: new Set(), changedAt: new Map() };
}

/** The calm after it: whoever lives works on, nothing fails any more. @returns what is wrong in the end */
async function recover(
  scene: Scene,
  approvals: readonly Promise<readonly string[]>[],
  ports: Ports,
): Promise<readonly string[]> {
  const { azure, chance, weather, instances } = scene;
  weather.calm();
  azure.truth.setMar(false);
  const survive = chance.share(0.5);
  for (let left = 3000; survive && left > 0 && instances.workers.waiting > 0; left -= 1)
    await instances.workers.release(chance.below(1000));
  instances.workers.killAll();
  const shut = await passUntil(openSeconds, azure, ports, () => whatIsShut(scene));
  const absent = await passUntil(healSeconds, azure, ports, () => findAbsent(azure));
  return [
    ...shut.map((what) => `after the storm ${what} never became ready`),
    ...absent.map((what) => `long after the storm, not in the registry: ${what}`),
    ...(await inspect(azure)).wrongs,
    ...(await Promise.all(approvals)).flat(),
  ];
}

/** Lets time pass until there is nothing left. @returns what is left at the end of `seconds` */
async function passUntil(
  seconds: number,
  azure: ChaosAzure,
  ports: Ports,
  find: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  let left = await find();
  for (let passed = 0; left.length > 0 && passed < seconds; passed += sliceSeconds) {
    await azure.pass(sliceSeconds, ports);
    left = await find();
  }
  return left;
}

async function whatIsShut({ azure, gates }: Scene): Promise<readonly string[]> {
  const { open, warm } = await inspect(azure);
  const listed = await azure.fleets.listGates();
  const pending = listed.filter(({ id, state }) => gates.has(id) && state !== 'Completed');
  const targets = clusterNames.flatMap((name) => {
    const expected = [`${name} ${clusterWith(name, 'amd64').kubernetesVersion}`, `${name} ${target}`];
    return expected.filter((one) => !(name === withoutRule ? warm : open).includes(one));
  });
  return [...targets, ...pending.map(({ id }) => `the Fleet gate ${id.split('/').at(-1)}`)];
}

/** An approval cannot be taken back: what the clusters need by their facts of now is there, by proofs that are fresh. */
async function judgeApproval({ azure, instances, changedAt }: Scene): Promise<readonly string[]> {
  const { startedAt } = instances.approver;
  const oldest = startedAt - azure.ports().freshProofMs - 2 * minutes(mostSkewSeconds / 60);
  const wrongs = (['one', 'two'] as const).map(async (name) => {
    const id = clusterId(name);
    if ((changedAt.get(id) ?? 0) >= startedAt) return [];
    const cluster = await azure.clusters.get(parseClusterId(id));
    const { planned } = (await azure.targets.get(id, target)) ?? {};
    const states = await azure.states.list(planned?.registry ?? '');
    const round = (await azure.registryProofs.get(planned?.registry ?? ''))?.proof;
    return azure.required(cluster, target).artifacts.flatMap((artifact) => {
      const state = states.get(artifactName(artifact))?.state;
      const proof = state && azure.truth.proofOf(state);
      const what = `Fleet was told yes: ${name} needs ${artifactName(artifact)}`;
      if (!state || !proof) return [`${what}, of which there is no proof`];
      const missing = azure.truth.unexcused(state, round);
      if (missing.length > 0) return [`${what}: ${missing.join(', ')}`];
      const seenAt = Math.max(proof.savedAt, round && covers(round, state) ? round.verifiedAt.getTime() : 0);
      return seenAt < oldest ? [`${what}, proven too long ago`] : [];
    });
  });
  return (await Promise.all(wrongs)).flat();
}

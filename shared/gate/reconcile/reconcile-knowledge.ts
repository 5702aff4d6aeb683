import type { KubernetesVersion } from '../../model/kubernetes-version.js';
import type { ArtifactStates, TargetRecord } from '../../warming/ports.js';
import { isRoundDue, type RegistryProof } from '../../warming/registry-proof.js';
import type { VerifyPolicy } from '../../warming/verify-registry-ports.js';
import type { Deadline } from '../decision/deadlines.js';
import { decideTarget, type GatePolicy, type StateIndex } from '../decision/decide.js';
import { indexStates } from '../evaluate-target.js';
import type { FleetNeeds } from '../fleet/fleet-needs.js';
import type { GateQueue, Judgement } from '../ports.js';

export interface JudgeAgainPorts {
  readonly gateQueue: GateQueue;
  readonly gatePolicy: GatePolicy;
  readonly now: () => Date;
}

/** What is stored, read once for the whole round. */
export interface Knowledge {
  readonly indexes: ReadonlyMap<string, StateIndex>;
  readonly proofs: ReadonlyMap<string, RegistryProof>;
  readonly judgements: readonly Judgement[];
  readonly deadlines: readonly Deadline[];
  readonly needs: FleetNeeds;
}

/** @param proofs read before the states: see `indexStates` */
export async function indexRegistries(
  records: readonly TargetRecord[],
  proofs: ReadonlyMap<string, RegistryProof>,
  states: ArtifactStates,
): Promise<ReadonlyMap<string, StateIndex>> {
  const registries = new Set(records.flatMap((record) => record.planned?.registry ?? []));
  const indexed = [...registries].map(async (registry): Promise<[string, StateIndex]> => [
    registry,
    await indexStates(registry, states, proofs.get(registry)),
  ]);
  return new Map(await Promise.all(indexed));
}

/** Registries whose warm sets have to be proven again. Pure. */
export function roundsDue(
  indexes: ReadonlyMap<string, StateIndex>,
  proofs: ReadonlyMap<string, RegistryProof>,
  now: Date,
  { everyMs }: VerifyPolicy,
): readonly string[] {
  return [...indexes]
    .filter(([registry, states]) => isRoundDue(states.values(), proofs.get(registry), now, everyMs))
    .map(([registry]) => registry);
}

/** An open gate that would be judged open again is left alone; one that is not may have lost the message that would see it open. */
export async function judgeAgain(
  clusterId: string,
  versions: readonly KubernetesVersion[],
  known: { readonly records: readonly TargetRecord[] } & Pick<Knowledge, 'indexes' | 'proofs' | 'judgements'>,
  { gateQueue, now, gatePolicy }: JudgeAgainPorts,
): Promise<void> {
  const isOpenStill = (version: KubernetesVersion): boolean => {
    const judged = known.judgements.find(
      (one) => one.clusterId.toLowerCase() === clusterId.toLowerCase() && one.kubernetesVersion === version,
    );
    if (judged?.decision !== 'open') return false;
    const record = known.records.find((candidate) => candidate.kubernetesVersion === version);
    const registry = record?.planned?.registry ?? '';
    const states: StateIndex = known.indexes.get(registry) ?? new Map();
    return decideTarget(record, states, now(), gatePolicy, known.proofs.get(registry)?.outage).decision === 'open';
  };
  await gateQueue.enqueue(
    versions
      .filter((version) => !isOpenStill(version))
      .map((kubernetesVersion) => ({ kind: 'target', clusterId, kubernetesVersion })),
    0,
  );
}

import {
  artifactName,
  type Confidence,
  type Finding,
  type Requirement,
  type Unresolved,
} from '../../model/artifact.js';
import { isOfTheFuture } from '../../model/clock-skew.js';
import type { FailureClass } from '../../model/errors.js';
import { confidenceOf, isAtLeast } from '../../requirements/confidence.js';
import { isProvenAt } from '../../warming/proof-level.js';
import type { Outage } from '../../warming/outage.js';
import type { ArtifactState, PlannedTarget, ProofLevel } from '../../warming/state.js';
import { describeUnreachable, shutsGates } from '../../warming/unreachable.js';
import type { TargetRecord } from '../../warming/ports.js';

export interface GatePolicy {
  readonly maxProofAgeMs: number;
  readonly maxPlanAgeMs: number;
  /** How long a gate that was open stays so although a proof has aged, while that is being renewed: setting GATE_GRACE_MINUTES. */
  readonly graceMs: number;
  /** An artifact that is known less surely than this leaves the gate unknown. */
  readonly minConfidence: Confidence;
  /** Whether the gate waits for artifacts that the nodes' images carry already: setting GATE_WAITS_FOR_BAKED. */
  readonly baked: 'awaited' | 'not-awaited';
  /** What a proof has to cover: setting PROOF_LEVEL. */
  readonly proofLevel: ProofLevel;
}

/** Artifacts of too little confidence that are named one by one; the rest is counted. */
const mostNamed = 10;

/** An artifact that is required and not proven. */
export interface MissingArtifact {
  /** For example `oss/v2/kubernetes/coredns:v1.13.1-6`. */
  readonly artifact: string;
  readonly state: 'not-started' | 'planned' | 'waiting' | 'failed' | 'proof-expired';
  readonly reason: string;
  /** What the failure in `reason` is about; absent where nothing failed. */
  readonly failureClass?: FailureClass;
}

/** The judgement of one target. `open` only on proof of every artifact of a set without unknowns, unless `held` or `breakGlass` say why. */
export interface GateDecision {
  readonly decision: 'open' | 'closed' | 'unknown';
  /** Never empty when closed; what is known to be missing when unknown, held or overruled; empty when open on proof. */
  readonly missing: readonly MissingArtifact[];
  /** Never empty unless open on proof. */
  readonly reasons: readonly string[];
  readonly required: number;
  readonly cached: number;
  /** ISO 8601: as likely too early as too late. Absent when open, and when nothing can be said. */
  readonly estimatedOpenAt?: string;
  /** ISO 8601: eight of ten open between them. */
  readonly estimatedRange?: { readonly earliest: string; readonly latest: string };
  /** Open only because it was: see `withHysteresis`. */
  readonly held?: 'upgrade-running' | 'grace';
  /** Open only because a person said so; `expiresAt` is ISO 8601. */
  readonly breakGlass?: { readonly who: string; readonly reason: string; readonly expiresAt: string };
}

/** States of one registry by artifact name. */
export type StateIndex = ReadonlyMap<string, ArtifactState>;

/**
 * Opens only on proof. Pure: the same facts give the same decision.
 * @param outage of the registry that the cluster pulls from, as its record has it
 */
export function decideTarget(
  record: TargetRecord | undefined,
  states: StateIndex,
  now: Date,
  policy: GatePolicy,
  outage: Outage | undefined,
): GateDecision {
  const plan = record?.planned;
  if (!plan)
    return unknown([
      record?.failure?.reason ??
        (record
          ? 'planning has not finished yet'
          : 'this version was never planned for this cluster: ask for it with POST /api/sync {clusterId, kubernetesVersion}'),
    ]);
  const awaited = awaitedOf(plan, policy);
  const missing = awaited.flatMap((artifact) => missingOf(artifactName(artifact), states, now, policy));
  const counts = { required: awaited.length, cached: awaited.length - missing.length };
  const unreachable = shutsGates(outage, now, policy.maxProofAgeMs)
    ? [describeUnreachable(plan.loginServer, outage)]
    : [];
  const doubts = [...unreachable, ...doubtsOf(plan, record, now, policy)];
  if (doubts.length > 0) return { decision: 'unknown', missing, reasons: doubts, ...counts };
  if (missing.length > 0) {
    const reasons = [`${missing.length} of ${counts.required} artifacts are not proven in ${plan.loginServer}`];
    return { decision: 'closed', missing, reasons, ...counts };
  }
  return { decision: 'open', missing: [], reasons: [], ...counts };
}

/** The artifacts whose proofs a gate rests on. */
export function awaitedOf({ set }: PlannedTarget, { baked }: Pick<GatePolicy, 'baked'>): readonly Requirement[] {
  return set.artifacts.filter((artifact) => baked === 'awaited' || !artifact.baked);
}

function unknown(reasons: readonly string[]): GateDecision {
  return { decision: 'unknown', missing: [], reasons, required: 0, cached: 0 };
}

function doubtsOf(plan: PlannedTarget, record: TargetRecord, now: Date, policy: GatePolicy): readonly string[] {
  const doubts = [
    // A finding is often the cause of what is unresolved.
    ...plan.set.findings.filter(({ effect }) => effect === 'unknown').map(describeFinding),
    ...plan.set.unresolved.map(describeUnresolved),
    ...unsureOf(plan.set.artifacts, policy),
  ];
  if (record.failure?.effect === 'plan-wrong') doubts.push(record.failure.reason);
  if (plan.set.artifacts.length === 0) doubts.push('the requirement set is empty');
  const age = now.getTime() - plan.plannedAt.getTime();
  if (age > policy.maxPlanAgeMs) {
    doubts.push(
      `the plan is ${Math.round(age / 3_600_000)} h old and could not be renewed${record.failure ? `: ${record.failure.reason}` : ''}`,
    );
  }
  if (isOfTheFuture(plan.plannedAt, now)) doubts.push('the plan is dated in the future: check the clocks');
  return doubts;
}

/** Artifacts that are known less surely than the gate demands, and what would make them surer. */
function unsureOf(artifacts: readonly Requirement[], { minConfidence }: GatePolicy): readonly string[] {
  const unsure = artifacts.filter((artifact) => !isAtLeast(confidenceOf(artifact), minConfidence));
  const named = unsure.slice(0, mostNamed).map((artifact) => {
    const sources = [...new Set(artifact.because.map(({ component, source }) => `${component} by ${source}`))].join(
      ', ',
    );
    const raise = `a better source or an override that names it raises it, GATE_MIN_CONFIDENCE=${confidenceOf(artifact)} accepts it`;
    return `unsure: ${artifactName(artifact)} is known with confidence ${confidenceOf(artifact)} (${sources}), the gate demands ${minConfidence}: ${raise}`;
  });
  const more = unsure.length - named.length;
  return more > 0 ? [...named, `unsure: ${more} more artifacts below confidence ${minConfidence}`] : named;
}

function describeUnresolved({ component, version, reason }: Unresolved): string {
  return `unresolved: ${component}${version === undefined ? '' : ` ${version}`}: ${reason}`;
}

function describeFinding({ code, subject, message }: Finding): string {
  return `finding ${code}: ${subject}: ${message}`;
}

function classOf({ failureClass }: ArtifactState): { readonly failureClass?: FailureClass } {
  return failureClass === undefined ? {} : { failureClass };
}

function missingOf(artifact: string, states: StateIndex, now: Date, policy: GatePolicy): readonly MissingArtifact[] {
  const state = states.get(artifact);
  if (!state) return [{ artifact, state: 'not-started', reason: 'no record of it in this registry yet' }];
  if (state.phase !== 'proven')
    return [{ artifact, state: state.phase, reason: state.reason ?? 'about to be requested', ...classOf(state) }];
  if (!isProvenAt(state, policy.proofLevel))
    return [
      { artifact, state: 'proof-expired', reason: 'its manifests are proven, its configs and layers are not yet' },
    ];
  const { provenAt } = state;
  const isFuture = provenAt !== undefined && isOfTheFuture(provenAt, now);
  if (provenAt && !isFuture && now.getTime() - provenAt.getTime() <= policy.maxProofAgeMs) return [];
  return [
    {
      artifact,
      state: 'proof-expired',
      reason: isFuture
        ? `its proof is dated in the future, ${provenAt.toISOString()}: check the clocks`
        : `last seen in the registry at ${provenAt?.toISOString() ?? 'an unknown time'}${whyNotSince(state)}`,
      ...classOf(state),
    },
  ];
}

/** A proof that ages is looked at again: what keeps that from ending is why the gate is shut. */
function whyNotSince({ failureClass, reason }: ArtifactState): string {
  return failureClass === undefined ? '' : `; looked for since in vain: ${reason ?? failureClass}`;
}

import { forecastOpening, type Forecast } from '../../shared/gate/decision/forecast.js';
import { decideTarget, type GatePolicy } from '../../shared/gate/decision/decide.js';
import { artifactName, type ArtifactRef, type Digest } from '../../shared/model/artifact.js';
import { parseKubernetesVersion } from '../../shared/model/kubernetes-version.js';
import { nextState } from '../../shared/warming/steps.js';
import type { ArtifactState, PlannedTarget } from '../../shared/warming/state.js';

export interface Warming {
  readonly name: string;
  /** Seconds that a registry takes to cache one artifact. @param dice even between 0 and 1 */
  readonly seconds: (dice: () => number, index: number) => number;
}

/** One forecast of a simulated warming, against when it ended. */
export interface Guess {
  /** Part of the whole time that had passed when it was made. */
  readonly share: number;
  readonly forecast: Forecast;
  /** Milliseconds that were really left. */
  readonly leftMs: number;
  readonly now: Date;
}

const start = Date.parse('2026-09-01T08:00:00Z');
const registry = 'registry';
const version = parseKubernetesVersion('1.35.7');
const policy: GatePolicy = {
  ...{ maxProofAgeMs: 86_400_000, maxPlanAgeMs: 86_400_000, graceMs: 0 },
  ...{ minConfidence: 'low', baked: 'awaited', proofLevel: 'deep' },
};
const pace = { verifyDelaySeconds: 10 };
const digest: Digest = `sha256:${'a'.repeat(64)}`;

/** Warms by the app's own state machine: looks come with its back-off, so that what is cached is proven at the next look. */
export function simulate(
  warming: Warming,
  artifacts: number,
  dice: () => number,
  shares: readonly number[],
): readonly Guess[] {
  const looks = Array.from({ length: artifacts }, (_unused, index) => history(index, warming.seconds(dice, index)));
  const end = Math.max(...looks.map((states) => states.at(-1)?.dueAt.getTime() ?? start));
  return shares.map((share) => {
    const now = new Date(start + share * (end - start));
    const states = new Map(looks.map((all, index) => [artifactName(refOf(index)), stateAt(all, now)]));
    const record = { ...ref, requestedAt: new Date(start), planned: planOf(artifacts) };
    const decision = decideTarget(record, states, now, policy, undefined);
    const input = { record, states, decision, policy, held: [], pausedUntil: undefined, now };
    return { share, forecast: forecastOpening(input), leftMs: end - now.getTime(), now };
  });
}

const ref = { clusterId: '/subscriptions/s/clusters/c', kubernetesVersion: version };

function refOf(index: number): ArtifactRef {
  return { repository: `repository-${index}`, tag: 'v1' };
}

function planOf(artifacts: number): PlannedTarget {
  const because = [{ component: 'c', source: 'component-insights', confidence: 'high', condition: 'always' }] as const;
  const set = Array.from({ length: artifacts }, (_unused, index) => ({
    ...refOf(index),
    ...{ kind: 'image' as const, platforms: ['linux/amd64'], because },
  }));
  return {
    ...ref,
    ...{ registry, loginServer: 'acr', set: { artifacts: set, unresolved: [], findings: [] } },
    ...{ plannedAt: new Date(start), factsHash: '' },
  };
}

/** Every state of one artifact until it is proven, each as of when it was written. */
function history(index: number, cachedAfterSeconds: number): readonly (ArtifactState & { readonly writtenAt: Date })[] {
  const first: ArtifactState = {
    ...refOf(index),
    ...{ registry, loginServer: 'acr', incarnation: '', cachedRepository: 'c', digest, children: [] },
    ...{ pinnedAt: new Date(start), strategy: 'pull-through', phase: 'planned', step: 0, attempts: 0, failures: 0 },
    dueAt: new Date(start),
  };
  const written = [{ ...first, writtenAt: new Date(start) }];
  for (let state = first; state.phase !== 'proven';) {
    const isCached = state.dueAt.getTime() - start >= cachedAfterSeconds * 1000;
    const outcome = isCached
      ? ({ kind: 'cached', proof: 'deep' } as const)
      : ({ kind: 'proxied', upstream: 1 } as const);
    const writtenAt = state.dueAt;
    state = nextState(state, outcome, writtenAt, pace).state;
    written.push({ ...state, writtenAt });
  }
  return written;
}

function stateAt(all: readonly (ArtifactState & { readonly writtenAt: Date })[], now: Date): ArtifactState {
  return all.findLast(({ writtenAt }) => writtenAt <= now) ?? all[0]!;
}

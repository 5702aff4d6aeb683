import type { MissingArtifact } from '../gate/decision/decide.js';

/** What a description needs of an answer. */
export interface DescribedGate {
  /** Resource id. */
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly decision: 'open' | 'closed' | 'unknown';
  readonly missing: readonly MissingArtifact[];
  readonly reasons: readonly string[];
  readonly required: number;
  readonly cached: number;
  readonly evaluatedAt: string;
  /** When the gate is expected to open. */
  readonly estimatedOpenAt?: string;
  readonly breakGlass?: { readonly who: string; readonly reason: string; readonly expiresAt: string };
}

/** Artifacts that are named in text; the list in the answer is whole. */
const mostNamed = 25;

/**
 * The answer as lines of text, for the log of a pipeline that has no program but curl and jq: decision, counts, when it is expected to
 * open, why, what is missing. No line begins or holds what GitHub or Azure Pipelines would take for a command. Pure.
 */
export function describeGate(gate: DescribedGate): string {
  const { decision, reasons, missing, required, cached } = gate;
  const named = missing.slice(0, mostNamed).map(({ artifact, state, reason }) => `  ${artifact} (${state}): ${reason}`);
  const more = missing.length - named.length;
  return [
    headline(gate),
    required === 0 ? 'nothing is planned' : `${cached} of ${required} artifacts are proven in the registry`,
    ...expectation(gate),
    ...(decision !== 'open' && reasons.length > 0 ? ['why:', ...reasons.map((reason) => `  ${reason}`)] : []),
    ...(missing.length > 0 ? ['missing:', ...named] : []),
    ...(more > 0 ? [`  and ${more} more, listed in "missing" of the answer`] : []),
  ]
    .map(defuse)
    .join('\n');
}

function headline({ cluster, kubernetesVersion, decision, evaluatedAt }: DescribedGate): string {
  const name = cluster.split('/').at(-1) ?? cluster;
  const verdict = {
    open: `${name} may upgrade to ${kubernetesVersion}`,
    closed: `${name} must not upgrade to ${kubernetesVersion} yet`,
    unknown: `${name} must not upgrade to ${kubernetesVersion}: nobody can tell what would be missing`,
  };
  return `${decision.toUpperCase()}: ${verdict[decision]} (as of ${evaluatedAt})`;
}

function expectation({ decision, estimatedOpenAt, breakGlass }: DescribedGate): readonly string[] {
  if (breakGlass) return [`glass broken by ${breakGlass.who}, until ${breakGlass.expiresAt}: ${breakGlass.reason}`];
  if (decision === 'open') return [];
  return [`expected to open: ${estimatedOpenAt === undefined ? 'not known' : `about ${estimatedOpenAt}`}`];
}

/** Reasons repeat what registries answered: in one line, and without what the log of a pipeline obeys (`##vso[…]`, `##[…]`, `::…`). */
function defuse(line: string): string {
  return line
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/##(?=\[|vso\[)/gi, '# #')
    .replace(/^(\s*):(?=:)/, '$1: ');
}

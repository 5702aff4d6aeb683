import { artifactName, type ArtifactRef } from '../model/artifact.js';
import type { ProbeAnswer, Probes } from './probes.js';

/** Where a version is: in one place, or not to be told; `sentence` says what was asked and what was found. */
export type Place =
  | { readonly kind: 'found'; readonly artifact: ArtifactRef; readonly sentence: string }
  | { readonly kind: 'open'; readonly sentence: string };

/**
 * Looks for a version in every candidate, as exactly this tag, with and without a leading `v`. One repository that has it is its
 * place; several, or one that did not answer, leave it open.
 */
export async function findPlace(candidates: readonly ArtifactRef[], probes: Pick<Probes, 'ask'>): Promise<Place> {
  const looks = await Promise.all(candidates.map((candidate) => look(candidate, probes)));
  const found = looks.flatMap(({ artifact }) => artifact ?? []);
  const silent = looks.filter(({ artifact, answer }) => !artifact && answer === 'unknown');
  const asked = `asked MAR for ${describe(candidates)}`;
  const [only] = found;
  if (silent.length > 0) {
    const names = silent.map(({ candidate }) => candidate.repository).join(', ');
    return { kind: 'open', sentence: `${asked}: no answer for ${names} yet; the next plan asks again` };
  }
  if (!only)
    return {
      kind: 'open',
      sentence: `${asked}: it has none of them; an override that names the artifact would resolve it`,
    };
  if (found.length > 1) {
    const names = found.map(artifactName).join(', ');
    return {
      kind: 'open',
      sentence: `${asked}: it has ${names}; an override that names the right one would resolve it`,
    };
  }
  return { kind: 'found', artifact: only, sentence: `${asked}: it has ${artifactName(only)} alone` };
}

interface Look {
  readonly candidate: ArtifactRef;
  readonly answer: ProbeAnswer;
  readonly artifact?: ArtifactRef;
}

/** The spelling of the source first; the other one only where that is missing. */
async function look(candidate: ArtifactRef, probes: Pick<Probes, 'ask'>): Promise<Look> {
  for (const tag of spellings(candidate.tag)) {
    const artifact = { repository: candidate.repository, tag };
    const answer = await probes.ask(artifact);
    if (answer === 'found') return { candidate, answer, artifact };
    if (answer === 'unknown') return { candidate, answer };
  }
  return { candidate, answer: 'missing' };
}

/** `v1.2.3` and `1.2.3`; anything else has one spelling. */
function spellings(tag: string): readonly string[] {
  if (/^v\d/.test(tag)) return [tag, tag.slice(1)];
  return /^\d/.test(tag) ? [tag, `v${tag}`] : [tag];
}

function describe(candidates: readonly ArtifactRef[]): string {
  const [first] = candidates;
  return `${first?.tag ?? ''} in ${candidates.map(({ repository }) => repository).join(', ')}`;
}

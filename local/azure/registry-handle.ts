import { AcrLimits } from './acr-limits.js';
import type { AcrParts } from './acr-parts.js';
import { answerAcr } from './acr-server.js';
import type { DataEndpoint } from './data-endpoint.js';
import type { Answer, Handle } from './http.js';
import type { ScenarioRegistry } from './scenario.js';

/** Answers as one registry of the scenario, with its limits, its data endpoint and its clock. */
export function createRegistryHandle(
  declared: ScenarioRegistry,
  parts: Omit<AcrParts, 'name' | 'limits' | 'dataLink'>,
  data: DataEndpoint,
  now: () => number,
): Handle {
  const { name, dataEndpoint, clockSkewSeconds } = declared;
  const acr: AcrParts = {
    ...parts,
    name,
    limits: new AcrLimits(declared.limits, now),
    ...(dataEndpoint && { dataLink: (repository, digest) => data.linkTo(name, repository, digest) }),
  };
  return (request) => skew(answerAcr(acr, request), clockSkewSeconds, now());
}

/** The answer of a host whose clock is ahead. */
function skew(answer: Answer, seconds: number, now: number): Answer {
  if (seconds === 0) return answer;
  return { ...answer, headers: { ...answer.headers, date: new Date(now + seconds * 1000).toUTCString() } };
}

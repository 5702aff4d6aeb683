import { confidences, type Confidence, type Requirement } from '../model/artifact.js';

/** Whether one confidence is as good as another, or better. */
export function isAtLeast(confidence: Confidence, least: Confidence): boolean {
  return confidences.indexOf(confidence) >= confidences.indexOf(least);
}

/** How sure we are of an artifact: as sure as the best of its reasons. */
export function confidenceOf({ because }: Pick<Requirement, 'because'>): Confidence {
  return because.reduce<Confidence>((best, { confidence }) => (isAtLeast(confidence, best) ? confidence : best), 'low');
}

/** A guess that MAR confirmed: it serves exactly this tag. What is known better keeps its reasons as they are. */
export function raiseToProbed(requirement: Requirement): Requirement {
  if (confidenceOf(requirement) !== 'low') return requirement;
  return { ...requirement, because: requirement.because.map((reason) => ({ ...reason, confidence: 'probed' })) };
}

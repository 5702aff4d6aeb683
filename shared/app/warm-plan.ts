import { z } from 'zod';
import { artifactName, confidences, isRepository, isTag, versionSources, type Requirement } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { describeIssues } from './messages.js';

/** Only what warming needs; `plan` prints more, and may print more yet. */
const planDocument = z.object({
  artifacts: z.array(
    z.object({
      kind: z.enum(['image', 'binary']),
      repository: z.string().refine(isRepository, 'must be the path of a repository on MAR'),
      tag: z.string().refine(isTag, 'must be a tag'),
      platforms: z.array(z.string()).default([]),
      because: z
        .array(
          z.object({
            component: z.string(),
            source: z.enum(versionSources).catch('component-map'),
            confidence: z.enum(confidences).catch('low'),
          }),
        )
        .default([]),
    }),
  ),
  unresolved: z.array(z.object({ component: z.string() })).default([]),
});

export interface WarmPlan {
  /** Each artifact once, in the order of the plan. */
  readonly artifacts: readonly Requirement[];
  /** Components that the plan could not name: nobody can warm them. */
  readonly unresolved: readonly string[];
}

/**
 * What `aks-artifact-sync plan --json` prints.
 * @param name of the document, for the message
 * @throws SyncError INVALID_INPUT naming the field
 */
export function parseWarmPlan(document: unknown, name: string): WarmPlan {
  const parsed = planDocument.safeParse(document);
  if (!parsed.success) {
    throw new SyncError('INVALID_INPUT', `${name}: not what \`plan --json\` prints: ${describeIssues(parsed.error)}`);
  }
  const artifacts = parsed.data.artifacts.map((artifact) => ({
    ...artifact,
    because: artifact.because.map((reason) => ({ ...reason, condition: '' })),
  }));
  return {
    artifacts: [...new Map(artifacts.map((artifact) => [artifactName(artifact), artifact])).values()],
    unresolved: parsed.data.unresolved.map(({ component }) => component),
  };
}

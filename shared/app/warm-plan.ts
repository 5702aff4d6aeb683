import * as z from 'zod/mini';
import '../model/schema-words.js';
import { artifactName, confidences, isRepository, isTag, versionSources, type Requirement } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { describeIssues } from './describe-issues.js';

/** Only what warming needs; `plan` prints more, and may print more yet. */
const planDocument = z.object({
  artifacts: z.array(
    z.object({
      kind: z.enum(['image', 'binary']),
      repository: z.string().check(z.refine(isRepository, 'must be the path of a repository on MAR')),
      tag: z.string().check(z.refine(isTag, 'must be a tag')),
      platforms: z._default(z.array(z.string()), []),
      because: z._default(
        z.array(
          z.object({
            component: z.string(),
            source: z.catch(z.enum(versionSources), 'component-map'),
            confidence: z.catch(z.enum(confidences), 'low'),
          }),
        ),
        [],
      ),
    }),
  ),
  unresolved: z._default(z.array(z.object({ component: z.string() })), []),
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

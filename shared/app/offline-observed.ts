import { z } from 'zod';
import { isRepository, isTag } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { isKubernetesVersion } from '../model/kubernetes-version.js';
import type { ObservedArtifact } from '../requirements/observed.js';

const escapedSchema = z.object({
  repository: z.string().refine(isRepository, 'not a repository path'),
  /** Absent where only a digest is known: nothing that could be planned. */
  tag: z.string().refine(isTag, 'not a tag').optional(),
  at: z.iso.datetime(),
});

const driftSchema = z.object({
  cluster: z.string().max(2048),
  kubernetesVersion: z.string().refine(isKubernetesVersion, 'not a Kubernetes version'),
  state: z.literal('measured', 'nothing was measured yet'),
  escaped: z.array(escapedSchema).max(10_000),
});

/**
 * What escaped from the plan of a comparable cluster: whoever hands it in says that it is one.
 * @param content answer of `GET /api/drift`
 * @param name by which messages name it
 * @throws SyncError INVALID_INPUT naming the document and the path in it
 */
export function readObserved(content: unknown, name: string): readonly ObservedArtifact[] {
  const parsed = driftSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') || 'the document';
    const wanted = 'wanted is the answer of GET /api/drift for a cluster like this one';
    throw new SyncError('INVALID_INPUT', `${name}: ${where}: ${issue?.message ?? 'unexpected'}; ${wanted}`);
  }
  const { cluster: id, kubernetesVersion, escaped } = parsed.data;
  const cluster = id.slice(id.lastIndexOf('/') + 1);
  return escaped.flatMap(({ repository, tag, at }) => {
    const seen = new Date(at);
    if (tag === undefined) return [];
    return [{ repository, tag, kubernetesVersion, cluster, features: [], firstSeen: seen, lastSeen: seen }];
  });
}

import { artifactName } from '../model/artifact.js';
import { featuresOf } from '../requirements/features.js';
import type { Sighting } from './learn.js';
import { pullName } from './name-pulls.js';
import type { DriftReport, PulledArtifact } from './report.js';
import type { RunningCluster } from './running-cluster.js';

/**
 * What the catalogue should learn from a report: what escaped by a tag (a digest alone cannot be planned), and what is in the plan
 * because it was observed before and is logged as pulled again. Pure.
 */
export function sightingsOf(
  report: DriftReport,
  { cluster, plan }: Pick<RunningCluster, 'cluster' | 'plan'>,
  pulled: readonly PulledArtifact[],
): readonly Sighting[] {
  const known = plan.set.artifacts.filter(({ because }) => because.some(({ source }) => source === 'observed'));
  const names = new Set(known.map(artifactName));
  const again = pulled.filter((pull) => pull.evidence === 'log' && names.has(pullName(pull)));
  const features = featuresOf(cluster);
  return [...report.escaped, ...again].flatMap(({ repository, tag, at }) =>
    tag === undefined
      ? []
      : { repository, tag, at, features, cluster: cluster.resource.name, kubernetesVersion: report.kubernetesVersion },
  );
}

import type { DriftReport, PulledArtifact, SourceState } from '../drift/report.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';

interface PulledAnswer extends Omit<PulledArtifact, 'at'> {
  readonly at: string;
}

/** What `GET /api/drift` answers. Times are ISO 8601. */
export type DriftAnswer = { readonly cluster: string; readonly kubernetesVersion: string } & (
  | { readonly state: 'not-measured'; readonly reason: string }
  | {
      readonly state: 'measured';
      readonly measuredAt: string;
      /** Pulls from then on count. */
      readonly since: string;
      readonly sources: { readonly inventory: SourceState; readonly log: SourceState };
      readonly counts: {
        readonly predicted: number;
        readonly escaped: number;
        readonly foreign: number;
        /** Both are null where no log tells what was pulled. */
        readonly pulled: number | null;
        readonly idle: number | null;
      };
      readonly escaped: readonly PulledAnswer[];
      readonly foreign: readonly PulledAnswer[];
      readonly idle: readonly { readonly repository: string; readonly tag: string }[] | null;
    }
);

export function describeDrift(cluster: string, version: KubernetesVersion, report?: DriftReport): DriftAnswer {
  const target = { cluster, kubernetesVersion: version };
  if (!report) {
    const reason =
      'drift is measured once a day, for the version that a cluster runs, as soon as that version is planned';
    return { ...target, state: 'not-measured', reason };
  }
  const { escaped, foreign, idle, predicted, pulled } = report;
  return {
    ...target,
    state: 'measured',
    measuredAt: report.measuredAt.toISOString(),
    since: report.since.toISOString(),
    sources: report.sources,
    counts: {
      predicted,
      escaped: escaped.length,
      foreign: foreign.length,
      pulled: pulled ?? null,
      idle: idle?.length ?? null,
    },
    escaped: escaped.map(answerOf),
    foreign: foreign.map(answerOf),
    idle: idle ?? null,
  };
}

function answerOf({ at, ...pulled }: PulledArtifact): PulledAnswer {
  return { ...pulled, at: at.toISOString() };
}

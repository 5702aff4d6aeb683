import type { Catalog } from '../catalog/catalog.js';
import { artifactName, type ArtifactRef } from '../model/artifact.js';
import { pullName } from './name-pulls.js';
import type { Drift, PulledArtifact } from './report.js';

/** What explains a pull apart from the plan, and where AKS keeps its artifacts. */
export interface DriftContext {
  /** Names in plans of the same cluster for other versions: nodes of both versions run while it upgrades. */
  readonly otherPlans: ReadonlySet<string>;
  /** Names that were warmed in the registry, for whatever cluster: that the registry holds them proves no pull. */
  readonly warmed: ReadonlySet<string>;
  /** Pulls before this time may be those of nodes that ran the version before: what was warmed explains them. */
  readonly runsSince: Date;
  /** First path segments of the catalogue's repositories. */
  readonly namespaces: ReadonlySet<string>;
  /** Whether pulls were logged at all: without a log nobody knows what was not pulled. */
  readonly log: 'read' | 'absent';
}

/** Compares what was predicted for a cluster with what was pulled. Pure; the order of neither plays a part. */
export function compareDrift(
  predicted: readonly ArtifactRef[],
  pulled: readonly PulledArtifact[],
  context: DriftContext,
): Drift {
  const names = new Map(predicted.map((artifact) => [artifactName(artifact), artifact]));
  const unexpected = pulled.filter((pull) => !names.has(pullName(pull)) && !isExplained(pull, context));
  const isOfAks = ({ repository }: PulledArtifact): boolean => context.namespaces.has(namespaceOf(repository));
  const drift = {
    predicted: names.size,
    escaped: sortPulls(unexpected.filter(isOfAks)),
    foreign: sortPulls(unexpected.filter((pull) => !isOfAks(pull))),
  };
  if (context.log === 'absent') return drift;
  const logged = new Set(pulled.filter(({ evidence }) => evidence === 'log').map(pullName));
  const idle = [...names].filter(([name]) => !logged.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...drift,
    pulled: names.size - idle.length,
    idle: idle.map(([, { repository, tag }]) => ({ repository, tag })),
  };
}

function isExplained(pull: PulledArtifact, { otherPlans, warmed, runsSince }: DriftContext): boolean {
  const name = pullName(pull);
  if (otherPlans.has(name)) return true;
  return warmed.has(name) && (pull.evidence === 'inventory' || pull.at < runsSince);
}

/**
 * What has ever escaped at this version: an escape stays one after the plan has learnt of it. A log that comes later than the
 * inventory still tells of it. Pure.
 * @param earlier escapes of the last report of the same cluster and version
 * @param pulled all that is known of pulls now
 */
export function keepEscapes(
  earlier: readonly PulledArtifact[],
  drift: Drift,
  pulled: readonly PulledArtifact[],
): Drift {
  const logged = new Map(pulled.filter(({ evidence }) => evidence === 'log').map((pull) => [pullName(pull), pull]));
  const told = (pull: PulledArtifact): PulledArtifact =>
    pull.evidence === 'log' ? pull : (logged.get(pullName(pull)) ?? pull);
  const escapes = new Map([...drift.escaped, ...earlier].map((pull) => [pullName(pull), told(pull)]));
  return { ...drift, escaped: sortPulls([...escapes.values()]) };
}

/** `oss` of `oss/v2/kubernetes/coredns`, for all that the catalogue knows of. */
export function namespacesOf(catalog: Catalog): ReadonlySet<string> {
  const named = [...catalog.components.values()].flatMap(({ repositories, candidates }) => [
    ...repositories,
    ...candidates,
  ]);
  const { packages, kubernetesNode } = catalog.nodeBootstrap;
  const bootstrap = [...Object.values(packages.repositories), kubernetesNode.repository];
  return new Set([...named, ...bootstrap, ...catalog.knownTags.keys()].map(namespaceOf));
}

function namespaceOf(repository: string): string {
  return repository.split('/', 1)[0] ?? repository;
}

function sortPulls(pulls: readonly PulledArtifact[]): readonly PulledArtifact[] {
  return [...pulls].sort((a, b) => (pullName(a) < pullName(b) ? -1 : 1));
}

import { otherPlaces } from '../catalog/candidates.js';
import type { Catalog } from '../catalog/catalog.js';
import {
  artifactName,
  type ArtifactRef,
  type Finding,
  type Reason,
  type Requirement,
  type RequirementSet,
  type Unresolved,
} from '../model/artifact.js';
import type { SyncError } from '../model/errors.js';
import { raiseToProbed } from '../requirements/confidence.js';
import { mergeRequirements } from '../requirements/merge.js';
import { findPlace } from './find-place.js';
import { pinArtifacts, type RefusedArtifact } from './pin.js';
import type { Budgets, ManifestReader, StoredState } from './ports.js';
import type { Probes } from './probes.js';
import type { PinnedArtifact } from './work.js';

export interface ConfirmInput {
  readonly catalog: Catalog;
  /** Platforms of the cluster's Linux pools: an artifact found by asking may be needed by any of them. */
  readonly platforms: readonly string[];
  /** What the registry's records pinned before. */
  readonly states: ReadonlyMap<string, StoredState>;
  readonly upstream: ManifestReader;
  readonly budgets: Budgets;
  /** As of `PinInput`. */
  readonly asker?: string;
  readonly neededBy?: Date | undefined;
  readonly probes: Probes;
  readonly now: Date;
}

/** A set of which MAR has every artifact; what it lacks, or could not be named, is in `unresolved`. */
export interface ConfirmedSet {
  readonly set: RequirementSet;
  readonly pinned: readonly PinnedArtifact[];
  /** As of `Pins`. */
  readonly failure?: SyncError;
}

/** What became of something unknown. */
type Settled = { readonly adopted: Requirement } | { readonly open: Unresolved } | { readonly dropped: Finding };

/**
 * Pins the artifacts of a set at MAR, and looks for those that have no place there: in the candidates of a component without a
 * repository, and in the other repositories of a component whose tag is gone. Adopts only what exactly one repository has.
 */
export async function confirmSet(set: RequirementSet, input: ConfirmInput): Promise<ConfirmedSet> {
  const first = await pinArtifacts(set.artifacts, input);
  const settled = await Promise.all([
    ...set.unresolved.map((unresolved) => settleUnresolved(unresolved, input)),
    ...first.refused.map((refused) => settleRefused(refused, input)),
  ]);
  const pinnedNames = new Set(first.pinned.map(artifactName));
  const confirmed = set.artifacts.filter((artifact) => pinnedNames.has(artifactName(artifact)));
  const adopted = mergeRequirements(settled.flatMap((one) => ('adopted' in one ? one.adopted : [])));
  const news = adopted.filter((artifact) => !pinnedNames.has(artifactName(artifact)));
  const second = await pinArtifacts(news, input);
  const failure = first.failure ?? second.failure ?? input.probes.failure;
  const gone = new Set(second.refused.map(({ artifact }) => artifactName(artifact)));
  return {
    set: {
      artifacts: mergeRequirements([
        ...confirmed.map(raiseToProbed),
        ...adopted.filter((artifact) => !gone.has(artifactName(artifact))),
      ]),
      unresolved: [...settled.flatMap((one) => ('open' in one ? one.open : [])), ...second.refused.map(openOf)],
      findings: sortFindings([...set.findings, ...settled.flatMap((one) => ('dropped' in one ? one.dropped : []))]),
    },
    pinned: [...first.pinned, ...second.pinned],
    ...(failure === undefined ? {} : { failure }),
  };
}

/** A component without a repository: its candidates are asked. */
async function settleUnresolved(unresolved: Unresolved, input: ConfirmInput): Promise<Settled> {
  const { component, candidates = [] } = unresolved;
  if (candidates.length === 0) return { open: unresolved };
  const place = await findPlace(candidates, input.probes);
  if (place.kind === 'open')
    return { open: { ...unresolved, reason: `${unresolved.reason} ${capitalize(place.sentence)}` } };
  const { repository, tag } = place.artifact;
  const kind = input.catalog.components.get(component)?.kind ?? 'image';
  const condition = `it is needed and has no confirmed repository; ${place.sentence}`;
  const because = [{ component, source: 'component-map', confidence: 'probed', condition } as const];
  return { adopted: { repository, tag, kind, platforms: input.platforms, because } };
}

/** A tag that MAR lacks: the other repositories of its components are asked. */
async function settleRefused(refused: RefusedArtifact, input: ConfirmInput): Promise<Settled> {
  const { artifact, error } = refused;
  if (artifact.because.every(({ source }) => source === 'observed')) return { dropped: noLongerThere(artifact) };
  if (error.code === 'MANIFEST_UNKNOWN' && artifact.because.every(isGuessedFallback))
    return { dropped: unnamed(artifact) };
  const others = error.code === 'MANIFEST_UNKNOWN' ? placesBeside(artifact, input.catalog) : [];
  if (others.length === 0) return { open: openOf(refused) };
  const place = await findPlace(others, input.probes);
  if (place.kind === 'open') {
    const open = openOf(refused);
    return { open: { ...open, reason: `${open.reason} ${capitalize(place.sentence)}` } };
  }
  const because = artifact.because.map((reason) => ({
    ...reason,
    confidence: 'probed' as const,
    condition: `${reason.condition}; MAR lacks ${artifactName(artifact)}; ${place.sentence}`,
  }));
  return { adopted: { ...artifact, ...place.artifact, because } };
}

function placesBeside(artifact: Requirement, catalog: Catalog): readonly ArtifactRef[] {
  const components = artifact.because.flatMap(({ component }) => catalog.components.get(component) ?? []);
  const places = components.flatMap((component) => otherPlaces(component, artifact, catalog));
  return [...new Map(places.map((place) => [place.repository, place])).values()];
}

function openOf({ artifact, error }: RefusedArtifact): Unresolved {
  return {
    component: artifact.because[0]?.component ?? artifactName(artifact),
    version: artifact.tag,
    reason: `MAR does not serve ${artifactName(artifact)} (${error.code}): ${error.advice}`,
  };
}

/** Learnt from registries only, and not to be had any more: no node can need it from MAR. */
function noLongerThere(artifact: Requirement): Finding {
  return {
    code: 'observed-artifact-gone',
    subject: artifactName(artifact),
    message: 'nodes of a comparable cluster pulled it once, and MAR does not have it any more: it is left out',
    effect: 'none',
  };
}

/** What a node would ask for only after its package failed, by a name that no source tells (node-artifacts.ts). */
function isGuessedFallback({ source, confidence }: Reason): boolean {
  return source === 'node-bootstrap' && confidence === 'low';
}

/** The package itself is in the set by a name that is known, and proven before the gate opens. */
function unnamed(artifact: Requirement): Finding {
  return {
    code: 'fallback-unnamed',
    subject: artifactName(artifact),
    message:
      'no source tells what nodes fall back to when the package fails that they install it from, and MAR has nothing of the name ' +
      'that it most likely has: the package alone is cached',
    effect: 'none',
  };
}

function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ code, subject, message }: Finding): string => JSON.stringify([code, subject, message]);
  return [...findings].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function capitalize(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

import { artifactName, type RequirementSet } from '../shared/model/artifact.js';
import { isNamed, type TruthItem } from './reference-truth.js';

export interface Score {
  /** Items of the truth that name a repository. */
  readonly listed: number;
  readonly repositoriesFound: number;
  readonly tagsFound: number;
  /** Artifacts of the set in repositories that the truth speaks of; and how many of them it lists. */
  readonly judged: number;
  readonly confirmed: number;
  /** Items that lists say run and that no source gives a repository for. */
  readonly unnamed: number;
  readonly missed: readonly string[];
}

/** Compares a set with what lists say. An item counts as found in any of the places that are the same image. */
export function score(truth: readonly TruthItem[], set: RequirementSet): Score {
  const named = truth.filter(isNamed);
  const repositories = new Set(set.artifacts.map(({ repository }) => repository));
  const names = new Set(set.artifacts.map(artifactName));
  const hasRepository = (item: TruthItem): boolean =>
    item.repositories.some((repository) => repositories.has(repository));
  const namesOf = (item: TruthItem): readonly string[] =>
    item.repositories.flatMap((repository) => item.tags.map((tag) => artifactName({ repository, tag })));
  const hasTag = (item: TruthItem): boolean => namesOf(item).some((name) => names.has(name));
  const spokenOf = new Set(named.flatMap((item) => item.repositories));
  const listedNames = new Set(named.flatMap(namesOf));
  const judged = set.artifacts.filter(({ repository }) => spokenOf.has(repository));
  return {
    listed: named.length,
    repositoriesFound: named.filter(hasRepository).length,
    tagsFound: named.filter(hasTag).length,
    judged: judged.length,
    confirmed: judged.filter((artifact) => listedNames.has(artifactName(artifact))).length,
    unnamed: truth.length - named.length,
    missed: named.filter((item) => !hasTag(item)).map((item) => describeMiss(item, hasRepository(item), set)),
  };
}

function describeMiss({ component, repositories, tags, from }: TruthItem, hasRepository: boolean, set: RequirementSet) {
  const instead = set.artifacts
    .filter(({ repository }) => repositories.includes(repository))
    .map(({ tag }) => tag)
    .join(', ');
  const found = hasRepository ? `the set has ${instead}` : 'the set has not even its repository';
  return `${component} ${tags.join(' or ')}, says ${from === 'version table' ? "AKS's table" : `the list of ${from}`}; ${found}`;
}

export function sumScores(scores: readonly Score[]): Score {
  const sum = (of: (score: Score) => number): number => scores.reduce((total, score) => total + of(score), 0);
  return {
    listed: sum(({ listed }) => listed),
    repositoriesFound: sum(({ repositoriesFound }) => repositoriesFound),
    tagsFound: sum(({ tagsFound }) => tagsFound),
    judged: sum(({ judged }) => judged),
    confirmed: sum(({ confirmed }) => confirmed),
    unnamed: sum(({ unnamed }) => unnamed),
    missed: scores.flatMap(({ missed }) => missed),
  };
}

/** The cells listed, repositories, exact tags, precision, no repository. */
export function describeScore({ listed, repositoriesFound, tagsFound, judged, confirmed, unnamed }: Score): string {
  return [listed, ratio(repositoriesFound, listed), ratio(tagsFound, listed), ratio(confirmed, judged), unnamed].join(
    ' | ',
  );
}

export function ratio(part: number, whole: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(3);
}

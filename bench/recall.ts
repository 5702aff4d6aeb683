/**
 * `npm run bench:recall -- [reference folder]` (default ../shared/reference): how much of what reference lists say Linux pools
 * pull is in our sets, per Kubernetes minor and combination of sources. What the truth is, and is not: docs/benchmarks.md.
 */
import { type RequirementSet } from '../shared/model/artifact.js';
import { indexTagLists } from './tag-list-stand-in.js';
import { loadCatalog, type Catalog } from '../shared/catalog/catalog.js';
import { joinCatalog } from '../shared/catalog/join-catalog.js';
import { minorOf, parseKubernetesVersion } from '../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../shared/requirements/resolve.js';
import { printBacktest } from './backtest.js';
import { configurations, type Configuration } from './configurations.js';
import { describeScore, score, sumScores, type Score } from './score.js';
import { standInFacts } from './vulnerability-api-stand-in.js';
import { isNamed, readReference, tableVersions, truthFor, type Reference } from './reference-truth.js';

interface Combination {
  readonly name: string;
  readonly insights: boolean;
  readonly tagLists: boolean;
  /** AgentBaker's list and the stand-in for the Vulnerability Data API, read at run time. */
  readonly lists: boolean;
  /** Recall below which the bench fails. */
  readonly leastRepositories: number;
  readonly leastTags: number;
}

const targets = ['1.32.11', '1.33.11', '1.34.10', '1.35.7', '1.36.3'].map(parseKubernetesVersion);
const nothing = { insights: false, tagLists: false, lists: false };
const combinations: readonly Combination[] = [
  { name: 'bundled only', ...nothing, leastRepositories: 0.97, leastTags: 0 },
  { name: 'bundled + tag lists', ...nothing, tagLists: true, leastRepositories: 0.97, leastTags: 0 },
  { name: 'bundled + AgentBaker + Vulnerability API', ...nothing, lists: true, leastRepositories: 0.97, leastTags: 0 },
  { name: 'bundled + Component Insights', ...nothing, insights: true, leastRepositories: 0.99, leastTags: 0.97 },
  { name: 'every source', insights: true, tagLists: true, lists: true, leastRepositories: 0.99, leastTags: 0.97 },
];

const folder = process.argv[2] ?? '../shared/reference';
const reference = readReference(folder);
let meetsExpectations = true;
const misses = new Map<string, Set<string>>();
const joined = new Map<string, Catalog>();

console.log('| minor | configuration | sources | listed | repositories | exact tags | precision | no repository |');
console.log('| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |');
for (const combination of combinations) {
  const scores: Score[] = [];
  for (const target of targets) {
    for (const configuration of configurations) {
      const result = measure(combination, configuration, target);
      scores.push(result);
      console.log(`| ${minorOf(target)} | ${configuration.name} | ${combination.name} | ${describeScore(result)} |`);
    }
  }
  const sum = sumScores(scores);
  console.log(`| **all** | **all** | **${combination.name}** | ${describeScore(sum)} |`);
  meetsExpectations &&= sum.repositoriesFound >= combination.leastRepositories * sum.listed;
  meetsExpectations &&= sum.tagsFound >= combination.leastTags * sum.listed;
}

process.exitCode = meetsExpectations ? 0 : 1;

console.log('\nMisses with every source:\n');
for (const [miss, where] of [...misses].sort()) console.log(`- ${miss} (${[...where].join(', ')})`);
printBacktest(reference, targets, folder);

function measure(combination: Combination, configuration: Configuration, target: (typeof targets)[number]): Score {
  const truth = truthFor(reference, configuration, target);
  const set = resolveWith(reference, combination, configuration, target);
  const result = score(truth, set);
  if (combination.name === 'every source') {
    for (const miss of result.missed) remember(miss, minorOf(target));
    for (const { component } of truth.filter((item) => !isNamed(item))) {
      remember(`${component}: no repository known, unresolved`, minorOf(target));
    }
  }
  return result;
}

function remember(miss: string, minor: string): void {
  misses.set(miss, (misses.get(miss) ?? new Set()).add(minor));
}

/** Component Insights are stood in for by AKS's table of the minor, of which AKS would report what the cluster has switched on. */
function resolveWith(
  { components }: Pick<Reference, 'components'>,
  { insights, tagLists, lists: isRead }: Combination,
  { cluster, components: switchedOn }: Configuration,
  target: (typeof targets)[number],
): RequirementSet {
  const known = new Set(components.map(({ component }) => component));
  const reported = insights
    ? tableVersions(reference, minorOf(target))
        .filter(({ name }) => known.has(name) && switchedOn.includes(name))
        .flatMap(({ name, versions }) => versions.map((version) => ({ name, version })))
    : [];
  const lists = tagLists ? indexTagLists(reference) : new Map<string, readonly string[]>();
  const catalog = isRead ? joinedCatalog(minorOf(target)) : loadCatalog();
  return resolveRequirements({ cluster, target, reported, catalog, tagLists: lists });
}

/** By minor that is measured: its own table is left out of what the stand-in says. */
function joinedCatalog(minor: string): Catalog {
  const known =
    joined.get(minor) ?? joinCatalog(loadCatalog(), [reference.agentBaker, ...standInFacts(reference, minor)]);
  joined.set(minor, known);
  return known;
}

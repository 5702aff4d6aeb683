import type { OfflinePlan } from '../shared/app/offline-plan.js';
import { count } from './plan-remarks.js';
import type { Column } from './fit-columns.js';
import { drawTable, type Cell } from './table.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

type Artifact = OfflinePlan['document']['artifacts'][number];
type Confidence = Artifact['because'][number]['confidence'];

const nameColumn: Column = { head: 'artifact', breaks: 'nowhere' };
const platformColumn: Column = { head: 'platforms', breaks: 'between-words' };
const wayColumn: Column = { head: 'way in', breaks: 'nowhere' };
const reasonColumn: Column = { head: 'because (source, confidence)', breaks: 'between-words' };
const bestFirst: readonly Confidence[] = ['high', 'medium', 'probed', 'low'];

/** Counts first, then the artifacts by kind, and last what nobody could name, where the eye rests when the text has scrolled by. */
export function renderPlan(plan: OfflinePlan, display: Display): string {
  const { artifacts } = plan.document;
  return [
    renderHead(plan, display),
    ...renderKind('Images', 'image', artifacts, display),
    ...renderKind('Binaries', 'binary', artifacts, display),
    ...renderFindings(plan.document, display),
    renderUnresolved(plan, display),
  ].join('\n\n');
}

/** Where a cluster pulls from, and its pools. */
export function renderClusterLine({ registry, pools }: OfflinePlan['cluster'], { width }: Display): string {
  const from = registry === undefined ? 'pulls from MAR itself' : `pulls through ${registry}`;
  const names = pools.map(({ name, osType, osSku, architecture }) => {
    return `${name} (${osType === 'Windows' ? 'Windows' : osSku}, ${architecture})`;
  });
  return indentWords(cleanText(`${from}; ${count(names.length, 'pool', 'pools')}: ${names.join(', ')}`), 0, width);
}

function renderHead({ document, cluster }: OfflinePlan, display: Display): string {
  const { artifacts, unresolved } = document;
  const { colors } = display;
  const title = `${cluster.name}  ${cluster.kubernetesVersion} -> ${document.kubernetesVersion}`;
  const isComplete = unresolved.length === 0;
  return [
    colors.bold(cleanText(title)),
    renderClusterLine(cluster, display),
    `${count(artifacts.length, 'artifact', 'artifacts')}: ${countKind(artifacts, 'image')}, ${countKind(artifacts, 'binary')}`,
    `confidence: ${countConfidences(artifacts)}`,
    indentWords(`way in: ${describeWays(artifacts)}`, 0, display.width),
    (isComplete ? colors.green : colors.red)(`unresolved: ${unresolved.length}`),
  ].join('\n');
}

function countKind(artifacts: readonly Artifact[], kind: Artifact['kind']): string {
  const { length } = artifacts.filter((artifact) => artifact.kind === kind);
  return kind === 'image' ? count(length, 'image', 'images') : count(length, 'binary', 'binaries');
}

/** What the cache rules of the registry say, where they were given. */
function describeWays(artifacts: readonly Artifact[]): string {
  const through = artifacts.filter(({ strategy }) => strategy === 'pull-through').length;
  const imported = artifacts.filter(({ strategy }) => strategy === 'import').length;
  if (through + imported === 0) return 'the cache rules of the registry decide (--cache-rules-file)';
  return `${through} pulled through a cache rule, ${imported} imported by ARM as no rule covers them`;
}

/** The best of its reasons: one sure reason is enough to pull it. */
function confidenceOf({ because }: Artifact): Confidence {
  return bestFirst.find((confidence) => because.some((reason) => reason.confidence === confidence)) ?? 'low';
}

/** A plan made from files alone asks nobody, so that nothing in it was probed: that goes without saying. */
function countConfidences(artifacts: readonly Artifact[]): string {
  return bestFirst
    .map((confidence) => ({
      confidence,
      found: artifacts.filter((artifact) => confidenceOf(artifact) === confidence).length,
    }))
    .filter(({ confidence, found }) => found > 0 || confidence !== 'probed')
    .map(({ confidence, found }) => `${found} ${confidence}`)
    .join(', ');
}

function renderKind(
  title: string,
  kind: Artifact['kind'],
  artifacts: readonly Artifact[],
  display: Display,
): readonly string[] {
  const own = artifacts.filter((artifact) => artifact.kind === kind);
  if (own.length === 0) return [];
  const [platforms, ...otherPlatforms] = new Set(own.map((artifact) => artifact.platforms.join(', ')));
  // Most often all have the same: on a narrow screen once is enough.
  const isSaidOnce = display.width !== 'unlimited' && otherPlatforms.length === 0;
  const hasImports = own.some(({ strategy }) => strategy === 'import');
  const ways = hasImports ? [wayColumn] : [];
  const columns = [nameColumn, ...(isSaidOnce ? [] : [platformColumn]), ...ways, reasonColumn];
  const rows = own.map((artifact): readonly Cell[] => [
    `${artifact.repository}:${artifact.tag}`,
    ...(isSaidOnce ? [] : [artifact.platforms.join(', ')]),
    ...(hasImports ? [artifact.strategy ?? ''] : []),
    paintReasons(artifact, display),
  ]);
  const head = display.colors.bold(`${title} (${own.length})`) + (isSaidOnce ? ` for ${platforms}` : '');
  return [`${head}\n${drawTable(columns, rows, display)}`];
}

function paintReasons(artifact: Artifact, { colors }: Display): Cell {
  const text = describeReasons(artifact);
  return confidenceOf(artifact) === 'low' ? { text, paint: colors.yellow } : text;
}

/** `coredns (component-insights, high)`; sources of one component together. */
export function describeReasons({ because }: Artifact): string {
  const sources = new Map<string, readonly string[]>();
  for (const { component, source, confidence } of because) {
    sources.set(component, [...(sources.get(component) ?? []), `${source}, ${confidence}`]);
  }
  return [...sources].map(([component, found]) => `${component} (${found.join('; ')})`).join('; ');
}

/** What people should know of the target, nothing where there are none. */
export function renderFindings(
  { findings }: Pick<OfflinePlan['document'], 'findings'>,
  { width, colors }: Display,
): readonly string[] {
  if (findings.length === 0) return [];
  const entries = findings.map(({ code, subject, message, effect }) => {
    const name = cleanText(`${subject} (${code}${effect === 'unknown' ? ', the gate stays unknown' : ''})`);
    return `  ${colors.bold(name)}\n${indentWords(cleanText(message), 4, width)}`;
  });
  return [[colors.yellow(colors.bold(`FINDINGS (${findings.length})`)), ...entries].join('\n')];
}

function renderUnresolved({ document }: OfflinePlan, { width, colors }: Display): string {
  const { unresolved } = document;
  if (unresolved.length === 0) return colors.green('Nothing is unresolved.');
  const title = `UNRESOLVED (${unresolved.length}): these cannot be warmed until somebody resolves them`;
  return [
    colors.red(colors.bold(indentWords(title, 0, width))),
    ...unresolved.map(({ component, version, reason }) => {
      const name = cleanText(version ? `${component} ${version}` : component);
      return `  ${colors.bold(name)}\n${indentWords(cleanText(reason), 4, width)}`;
    }),
  ].join('\n');
}

import type { ExplainDocument } from '../shared/app/offline-explain.js';
import type { Column } from './fit-columns.js';
import { drawTable, type Cell } from './table.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

type Component = ExplainDocument['components'][number];
type Pool = Component['pools'][number];
type Condition = Pool['condition'];

/** One component: who runs it and why, what each source says, and where its artifacts are. */
export function renderComponent(component: Component, display: Display): string {
  return [
    renderTitle(component, display),
    ...(component.overrides ?? []).map((effect) => indentWords(cleanText(effect), 2, display.width)),
    ...component.pools.flatMap((pool) => renderPool(pool, display)),
    ...renderSources(component, display),
    ...renderPlaces(component, display),
  ].join('\n');
}

function renderTitle(component: Component, { colors, width }: Display): string {
  const { name, confidence, sharedNames, isCoveredByAlias, repositories, candidates } = component;
  const others = sharedNames?.filter((other) => other !== name) ?? [];
  const facts = [
    ...(confidence === undefined ? ['fetched by the node itself'] : [`component map: confidence ${confidence}`]),
    ...(others.length === 0 ? [] : [`the same image as ${others.join(', ')}`]),
    ...(isCoveredByAlias ? ['named there: nothing is added under this name'] : []),
    ...(repositories.length === 0 ? ['no confirmed repository'] : []),
    ...(candidates.length === 0 ? [] : [`candidates to check: ${candidates.join(', ')}`]),
  ];
  return [colors.bold(`Component ${cleanText(name)}`), indentWords(cleanText(facts.join('; ')), 2, width)].join('\n');
}

function renderPool({ pools, runs, sentence, condition }: Pool, display: Display): readonly string[] {
  const { colors, width } = display;
  const verdict = runs ? colors.green('pulled') : colors.yellow('not pulled');
  const who = `by ${pools.length === 1 ? 'pool' : 'pools'} ${pools.join(', ')}: ${sentence}`;
  const head = `  ${verdict} ${indentWords(cleanText(who), runs ? 9 : 13, width).trimStart()}`;
  const saysMore = condition.found !== undefined || condition.of !== undefined;
  return [head, ...(saysMore ? renderCondition(condition, 4, display) : [])];
}

/** `yes` and `no` stand in one column for each depth, so that the eye can follow what decided. */
function renderCondition(
  { holds, asks, found, of = [] }: Condition,
  indent: number,
  display: Display,
): readonly string[] {
  const { colors, width } = display;
  const values = found === undefined ? '' : ` (found: ${found.length === 0 ? 'nothing' : found.join(', ')})`;
  const text = indentWords(cleanText(`${asks}${values}`), indent + 5, width).trimStart();
  const mark = holds ? colors.green('yes') : colors.yellow('no ');
  return [`${' '.repeat(indent)}${mark}  ${text}`, ...of.flatMap((part) => renderCondition(part, indent + 5, display))];
}

const sourceColumns: readonly Column[] = [
  { head: 'source, best first', breaks: 'nowhere' },
  { head: 'used', breaks: 'nowhere' },
  { head: 'versions', breaks: 'between-words' },
];

function renderSources({ sources, pools }: Component, display: Display): readonly string[] {
  if (sources.length === 0) return pools.some(({ runs }) => runs) ? ['  no source names a version'] : [];
  const rows = sources.map(({ source, versions, used }): readonly Cell[] => [
    source,
    used ? { text: 'yes', paint: display.colors.green } : 'no',
    versions.join(', '),
  ]);
  return indentTable(sourceColumns, rows, display);
}

const placeColumns: readonly Column[] = [
  { head: 'artifact', breaks: 'nowhere' },
  { head: 'why there', breaks: 'between-words' },
];

function renderPlaces({ places }: Component, display: Display): readonly string[] {
  if (places.length === 0) return [];
  return indentTable(
    placeColumns,
    places.map(({ artifact, because }) => [artifact, because]),
    display,
  );
}

function indentTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  display: Display,
): readonly string[] {
  const width = display.width === 'unlimited' ? display.width : display.width - 2;
  return drawTable(columns, rows, { ...display, width })
    .split('\n')
    .map((line) => `  ${line}`);
}

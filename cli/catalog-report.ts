import packageJson from '../package.json' with { type: 'json' };
import type { CatalogDescription } from '../shared/app/offline-catalog.js';
import type { CatalogAnswer } from './app-answers.js';
import type { Column } from './fit-columns.js';
import { shortTime } from './gate-report.js';
import { drawTable, type Cell } from './table.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

/** Version and coverage first, then how old each source is, what the files hold, each minor, and last what nobody can name. */
export function renderCatalog(catalog: CatalogDescription, display: Display): string {
  return [
    renderHead(catalog, display),
    section('Sources', ['source', 'as of'], 'facts from', sourceRows(catalog), display),
    section('Data files', ['file'], 'holds', fileRows(catalog), display),
    section(
      'Versions in the bundled lists',
      ['Kubernetes', 'tried as', 'named'],
      'by best source',
      minorRows(catalog),
      display,
    ),
    section('Unresolved', ['component'], 'why, and what to check', gapRows(catalog), display),
    ...renderChanges(catalog, display),
  ].join('\n\n');
}

/** How fresh the sources of a running app are, and whether its overrides count. */
export function renderAppCatalog(url: string, { version, catalog }: CatalogAnswer, display: Display): string {
  const { colors, width } = display;
  const paints = new Map([
    ['fresh', colors.green],
    ['stale', colors.yellow],
    ['failed', colors.red],
  ]);
  const rows = (catalog?.sources ?? []).map(({ name, state, readAt, detail }): readonly Cell[] => [
    name,
    { text: state, paint: paints.get(state) ?? colors.dim },
    readAt ? shortTime(readAt) : '-',
    detail ?? '',
  ]);
  const { state = 'unknown', acceptedAt, detail } = catalog?.overrides ?? {};
  const accepted = acceptedAt ? `, accepted ${shortTime(acceptedAt)}` : '';
  return [
    `${colors.bold('Catalogue')} of ${url}${version === undefined ? '' : `, version ${version}`}`,
    section('Sources', ['source', 'state', 'read'], 'detail', rows, display),
    indentWords(`overrides: ${state}${accepted}${detail ? `; ${detail}` : ''}`, 0, width),
  ].join('\n\n');
}

function renderHead({ version, coverage }: CatalogDescription, { colors, width }: Display): string {
  const { components, mapped, unmapped, controlPlane, windows, otherwiseNotPulled } = coverage;
  const pulled = `${components} components: ${mapped} mapped, ${unmapped} unmapped`;
  const others = `not pulled by Linux nodes through the cache: ${controlPlane} of the control plane, ${windows} of Windows, ${otherwiseNotPulled} others`;
  return [
    `${colors.bold(`Catalogue ${version}`)}, bundled with version ${packageJson.version}`,
    indentWords(`${pulled}; ${others}`, 0, width),
  ].join('\n');
}

function sourceRows({ sources }: CatalogDescription): readonly (readonly Cell[])[] {
  return sources.map(({ name, asOf, from }) => [name, asOf, from]);
}

function fileRows({ files }: CatalogDescription): readonly (readonly Cell[])[] {
  return files.map(({ file, counts }) => [file, listCounts(counts, (what, count) => `${count} ${what}`)]);
}

function minorRows({ minors }: CatalogDescription): readonly (readonly Cell[])[] {
  return minors.map(({ minor, version, mapped, named, bySource, unnamed }) => {
    const best = listCounts(bySource, (source, count) => `${source} ${count}`);
    return [
      minor,
      version,
      `${named}/${mapped}`,
      unnamed.length === 0 ? best : `${best}; none for ${unnamed.join(', ')}`,
    ];
  });
}

function gapRows({ unresolved }: CatalogDescription): readonly (readonly Cell[])[] {
  return unresolved.map(({ component, reason, candidates }) => [
    component,
    candidates.length === 0 ? reason : `no confirmed repository; candidates: ${candidates.join(', ')}`,
  ]);
}

/** What saved sources and overrides change; nothing without them. */
function renderChanges({ overrides, findings }: CatalogDescription, { colors, width }: Display): readonly string[] {
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0
      ? []
      : [
          [
            colors.bold(`${title} (${lines.length})`),
            ...lines.map((line) => indentWords(cleanText(line), 2, width)),
          ].join('\n'),
        ];
  return [
    ...list('Overrides', overrides),
    ...list(
      'Findings of joining',
      findings.map(({ code, subject, message }) => `${subject} (${code}): ${message}`),
    ),
  ];
}

function listCounts(counts: Readonly<Record<string, number>>, show: (name: string, count: number) => string): string {
  return Object.entries(counts)
    .map(([name, count]) => show(name, count))
    .join(', ');
}

function section(
  title: string,
  names: readonly string[],
  sentence: string,
  rows: readonly (readonly Cell[])[],
  display: Display,
): string {
  const columns: readonly Column[] = [
    ...names.map((head) => ({ head, breaks: 'nowhere' as const })),
    { head: sentence, breaks: 'between-words' },
  ];
  return `${display.colors.bold(`${title} (${rows.length})`)}\n${drawTable(columns, rows, display)}`;
}

import type { DiffDocument, OfflineDiff } from '../shared/app/offline-diff.js';
import type { Column } from './fit-columns.js';
import { describeReasons, renderClusterLine, renderFindings } from './plan-report.js';
import { count } from './plan-remarks.js';
import { drawTable } from './table.js';
import { formatBytes } from './format-bytes.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

type Added = DiffDocument['added'][number];

/** Counts and bytes first, then what is new, what goes, and what could not be measured or named. */
export function renderDiff(diff: OfflineDiff, display: Display): string {
  const { added, removed } = diff.document;
  return [
    renderHead(diff, display),
    ...(added.length === 0 ? [] : [renderAdded(diff.document, display)]),
    ...(removed.length === 0 ? [] : [renderRemoved(removed, display)]),
    ...renderEntries(
      'Sizes that could not be read',
      (diff.document.unmeasured ?? []).map(({ artifact, reason }) => [artifact, reason]),
      display,
    ),
    ...renderFindings(diff.document, display),
    ...renderEntries(
      `UNRESOLVED for ${diff.document.to}: what is new may be more`,
      diff.document.unresolved.map(({ component, version, reason }) => [
        version === null ? component : `${component} ${version}`,
        reason,
      ]),
      display,
    ),
  ].join('\n\n');
}

function renderHead({ document, cluster }: OfflineDiff, display: Display): string {
  const { added, removed, unchanged, bytes, unmeasured } = document;
  const measured =
    unmeasured?.length === 0 ? '' : ` of ${count(added.length - (unmeasured?.length ?? 0), 'artifact', 'artifacts')}`;
  const size =
    bytes === undefined
      ? 'bytes unknown offline (--upstream reads them)'
      : 'new bytes: ' + `${formatBytes(bytes)} (${bytes} bytes)${measured}`;
  return [
    display.colors.bold(cleanText(`${cluster.name}  ${document.from} -> ${document.to}`)),
    renderClusterLine(cluster, display),
    `${count(added.length, 'new artifact', 'new artifacts')}, ${removed.length} gone, ${unchanged} unchanged`,
    size,
  ].join('\n');
}

function renderAdded({ added, removed, bytes }: DiffDocument, display: Display): string {
  const columns: readonly Column[] = [
    { head: 'artifact', breaks: 'nowhere' },
    { head: 'replaces', breaks: 'nowhere' },
    ...(bytes === undefined ? [] : [{ head: 'size', breaks: 'nowhere' } as const]),
    { head: 'because (source, confidence)', breaks: 'between-words' },
  ];
  const rows = added.map((artifact) => [
    `${artifact.repository}:${artifact.tag}`,
    replacedTags(artifact, removed).join(', ') || '-',
    ...(bytes === undefined ? [] : [sizeOf(artifact)]),
    describeReasons(artifact),
  ]);
  return `${display.colors.bold(`New (${added.length})`)}\n${drawTable(columns, rows, display)}`;
}

/** Tags that go from the same repository; of the same form where there are some, since processors have tags of their own. */
function replacedTags({ repository, tag }: Added, removed: DiffDocument['removed']): readonly string[] {
  const tags = removed.flatMap((one) => (one.repository === repository ? [one.tag] : []));
  const alike = tags.filter((one) => one.replace(/\d+/g, '#') === tag.replace(/\d+/g, '#'));
  return alike.length > 0 ? alike : tags;
}

function sizeOf({ bytes }: Added): string {
  return bytes === undefined ? 'unknown' : formatBytes(bytes);
}

function renderRemoved(removed: DiffDocument['removed'], { colors }: Display): string {
  const names = removed.map(({ repository, tag }) => `${repository}:${tag}`);
  return [colors.bold(`Gone (${removed.length})`), ...names].join('\n');
}

function renderEntries(
  title: string,
  entries: readonly (readonly [string, string])[],
  { colors, width }: Display,
): readonly string[] {
  if (entries.length === 0) return [];
  const lines = entries.map(
    ([name, text]) => `  ${colors.bold(cleanText(name))}\n${indentWords(cleanText(text), 4, width)}`,
  );
  return [[colors.red(colors.bold(indentWords(`${title} (${entries.length})`, 0, width))), ...lines].join('\n')];
}

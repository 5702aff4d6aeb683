import type { ExplainDocument, OfflineExplanation } from '../shared/app/offline-explain.js';
import { renderComponent } from './explain-component-report.js';
import type { Column } from './fit-columns.js';
import { describeReasons } from './plan-report.js';
import { drawTable } from './table.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

type Answer = ExplainDocument['answer'];

/** The answer first, then what the set has of it, what it lacks, and every component that it belongs to. */
export function renderExplanation({ document, cluster }: OfflineExplanation, display: Display): string {
  return [
    renderAnswer(document, cluster.name, display),
    ...renderArtifacts(document, display),
    ...renderGaps(document, display),
    ...document.components.map((component) => renderComponent(component, display)),
    ...renderDoubts(document, display),
  ].join('\n\n');
}

const words: Readonly<Record<Answer, string>> = {
  in: 'IN',
  out: 'OUT',
  unresolved: 'UNRESOLVED',
  unknown: 'UNKNOWN',
};

function renderAnswer(document: ExplainDocument, cluster: string, { colors, width }: Display): string {
  const { answer, kind, name, nearest = [], carriedBy, overrides } = document;
  const paint = { in: colors.green, out: colors.yellow, unresolved: colors.red, unknown: colors.magenta }[answer];
  const subject = kind === 'unknown' ? `"${name}"` : `${kind} ${name}`;
  const set = `the set of ${cluster} for ${document.kubernetesVersion}`;
  const sentence = {
    in: `${set} has the ${subject}`,
    out: `${set} does not have the ${subject}`,
    unresolved: `${set} may lack the ${subject}: nobody can name what exactly`,
    unknown: `no component, repository or image is known by the name ${subject}`,
  }[answer];
  const carried = carriedBy.length === 0 ? [] : [`node images that carry it: ${groupImages(carriedBy)}`];
  return [
    `${colors.bold(paint(words[answer]))}  ${indentWords(cleanText(sentence), words[answer].length + 2, width).trimStart()}`,
    ...[...carried, ...overrides.map(cleanText), ...overruledSources(document)].map((text) =>
      indentWords(text, 0, width),
    ),
    ...(nearest.length === 0 ? [] : ['', colors.bold('Names that look like it'), ...nearest.map(cleanText)]),
  ].join('\n');
}

/** Why a tag that some source names is out, although its component runs. */
function overruledSources({ answer, kind, name, components }: ExplainDocument): readonly string[] {
  if (answer !== 'out' || kind !== 'image') return [];
  const tag = name.slice(name.lastIndexOf(':') + 1);
  return components.flatMap(({ name: component, pools, sources }) => {
    const naming = sources.filter(({ versions }) => versions.includes(tag)).map(({ source }) => source);
    const deciding = sources.filter(({ used }) => used).map(({ source }) => source);
    if (naming.length === 0 || deciding.length === 0 || !pools.some(({ runs }) => runs)) return [];
    const names = naming.length === 1 ? 'names' : 'name';
    return [
      cleanText(`${naming.join(' and ')} ${names} this tag of ${component}, but ${deciding.join(' and ')} decides`),
    ];
  });
}

/** `AKSUbuntu-2204 202606.19.0, 202607.02.0; …`: the releases of each line together. */
function groupImages(images: readonly string[]): string {
  const lines = new Map<string, string[]>();
  for (const [line = '', release = ''] of images.map((image) => image.split('/'))) {
    lines.set(line, [...(lines.get(line) ?? []), release]);
  }
  return cleanText([...lines].map(([line, releases]) => `${line} ${releases.join(', ')}`).join('; '));
}

const artifactColumns: readonly Column[] = [
  { head: 'artifact', breaks: 'nowhere' },
  { head: 'platforms', breaks: 'between-words' },
  { head: 'because (source, confidence)', breaks: 'between-words' },
  { head: 'baked into', breaks: 'between-words' },
];

function renderArtifacts({ artifacts }: ExplainDocument, display: Display): readonly string[] {
  if (artifacts.length === 0) return [];
  const rows = artifacts.map((artifact) => [
    `${artifact.repository}:${artifact.tag}`,
    artifact.platforms.join(', '),
    describeReasons(artifact),
    artifact.baked?.join(', ') ?? '-',
  ]);
  const title = display.colors.bold(`In the set (${artifacts.length})`);
  return [
    [`${title}\n${drawTable(artifactColumns, rows, display)}`, ...renderSightings(artifacts, display)].join('\n'),
  ];
}

/** No condition of the catalogue explains what was observed: where it was, does. */
function renderSightings(artifacts: ExplainDocument['artifacts'], { width }: Display): readonly string[] {
  return artifacts.flatMap(({ repository, tag, because }) =>
    because
      .filter(({ source }) => source === 'observed')
      .map(({ condition }) => indentWords(cleanText(`${repository}:${tag}: ${condition}`), 2, width)),
  );
}

function renderGaps({ unresolved }: ExplainDocument, { colors, width }: Display): readonly string[] {
  if (unresolved.length === 0) return [];
  const entries = unresolved.map(({ component, version, reason }) => {
    const name = cleanText(version === undefined ? component : `${component} ${version}`);
    return `  ${colors.bold(name)}\n${indentWords(cleanText(reason), 4, width)}`;
  });
  return [[colors.red(colors.bold(`Unresolved (${unresolved.length})`)), ...entries].join('\n')];
}

/** Only what is not in the set can be doubted. */
function renderDoubts({ answer, doubts }: ExplainDocument, { colors, width }: Display): readonly string[] {
  if (answer === 'in' || doubts.length === 0) return [];
  const entries = doubts.map(({ subject, code, message }) => {
    return `  ${colors.bold(cleanText(`${subject} (${code})`))}\n${indentWords(cleanText(message), 4, width)}`;
  });
  return [[colors.yellow(colors.bold(`The set itself may lack something (${doubts.length})`)), ...entries].join('\n')];
}

import type { ClusterReport, DoctorReport, RegistryReport } from '../shared/app/doctor.js';
import { count } from './plan-remarks.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

type Check = RegistryReport['checks'][number];
type Outcome = Check['outcome'];

const words: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  noted: 'note',
  failed: 'FAILED',
  'not-checked': 'not checked',
};
/** Columns of outcome and name; what was found stands behind them. */
const outcomeWidth = 13;
const nameWidth = 24;

/** Registry by registry every check, under a failed one the command that repairs it; then clusters, then the verdict. */
export function renderDoctor(report: DoctorReport, display: Display): string {
  return [
    ...report.registries.map((registry) => renderRegistry(registry, display)),
    ...(report.clusters.length === 0 ? [] : [renderClusters(report.clusters, display)]),
    ...(report.checks.length === 0
      ? []
      : [[display.colors.bold('App'), ...report.checks.map((check) => renderCheck(check, display))].join('\n')]),
    renderVerdict(report, display),
  ].join('\n\n');
}

function renderRegistry({ name, loginServer, clusters, checks }: RegistryReport, display: Display): string {
  const users = clusters.length === 0 ? '' : `, used by ${clusters.join(', ')}`;
  const head = `${display.colors.bold(cleanText(name))}  ${cleanText(`${loginServer ?? 'not read'}${users}`)}`;
  return [head, ...checks.map((check) => renderCheck(check, display))].join('\n');
}

/** A command is never broken: it is there to be copied. */
function renderCheck({ name, outcome, detail, findings }: Check, display: Display): string {
  const label = `${paintOutcome(outcome, display)}${' '.repeat(outcomeWidth - words[outcome].length)}${name.padEnd(nameWidth)}`;
  const room = outcomeWidth + nameWidth;
  const sentences = findings.length === 0 ? [detail] : findings.map(({ code, message }) => `${code}: ${message}`);
  const fixes = findings.flatMap(({ fix }) => (fix === '' ? [] : [fix]));
  const lines = sentences.map((text) => indentWords(cleanText(text), room, display.width));
  return [
    `${label}${lines.join('\n').trimStart()}`.trimEnd(),
    ...fixes.map((fix) => `${' '.repeat(outcomeWidth)}${display.colors.cyan(cleanText(fix))}`),
  ].join('\n');
}

function paintOutcome(outcome: Outcome, { colors }: Display): string {
  const paint = { passed: colors.green, noted: colors.yellow, failed: colors.red, 'not-checked': colors.dim }[outcome];
  return paint(words[outcome]);
}

function renderClusters(clusters: readonly ClusterReport[], { colors, width }: Display): string {
  const lines = clusters.flatMap(({ name, source, findings }) => [
    indentWords(cleanText(`${name}: ${source}`), 0, width),
    ...findings.map(({ code, subject, message, effect }) => {
      const mark = effect === 'unknown' ? colors.red('FAILED') : colors.yellow('note');
      const text = indentWords(cleanText(`${code}: ${subject}: ${message}`), outcomeWidth, width);
      return `${mark}${' '.repeat(outcomeWidth - (effect === 'unknown' ? 6 : 4))}${text.trimStart()}`;
    }),
  ]);
  return [colors.bold(`Clusters (${clusters.length})`), ...lines].join('\n');
}

function renderVerdict({ registries, clusters, checks }: DoctorReport, { colors, width }: Display): string {
  const all = [...registries.flatMap((registry) => registry.checks), ...checks];
  const outcomes = (outcome: Outcome): number => all.filter((check) => check.outcome === outcome).length;
  const doubts = clusters.flatMap(({ findings }) => findings).filter(({ effect }) => effect === 'unknown').length;
  const failed = outcomes('failed');
  const unchecked = outcomes('not-checked');
  const closing = [...all.flatMap(({ findings }) => findings)].filter(({ effect }) => effect === 'unknown').length;
  const sentence = [
    `${count(failed, 'check', 'checks')} failed, ${outcomes('passed') + outcomes('noted')} passed, ${unchecked} not checked`,
    ...(doubts === 0 ? [] : [`${count(doubts, 'finding', 'findings')} about clusters`]),
    ...(closing + doubts === 0 ? [] : ['gates stay unknown until this is repaired']),
  ].join('; ');
  return (failed + doubts === 0 ? colors.green : colors.red)(indentWords(sentence, 0, width));
}

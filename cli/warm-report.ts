import type { WarmAnswer } from '../shared/app/warm.js';
import type { WarmTrouble } from '../shared/app/warm-run.js';
import { formatBytes } from './format-bytes.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

export interface WarmOutcome extends WarmAnswer {
  /** Components that the plan could not name. */
  readonly unresolved: readonly string[];
}

/** What `warm --json` prints. */
export function warmDocument(answer: WarmOutcome): unknown {
  const { registry, required, proven, renewed, failed, waiting, unresolved, findings } = answer;
  const { bytes, seconds, pinnedBy, unsaved } = answer;
  return {
    ...{ registry, required, proven, renewed, failed, waiting, unresolved, findings, bytes, seconds },
    digestsFrom: pinnedBy.kind,
    ...(unsaved ? { unsaved: unsaved.message } : {}),
  };
}

/** The outcome for people: what is not proven, and why, before the line that sums it up. */
export function renderWarm(answer: WarmOutcome, verdict: 'warm' | 'not-warm', display: Display): string {
  const { registry, required, proven, failed, waiting, unresolved, findings, bytes, seconds } = answer;
  const { colors } = display;
  const sum = `${proven} of ${required} artifacts are proven in ${cleanText(registry)}`;
  const how = `${formatBytes(bytes)} pulled, ${seconds.toFixed(1)} s`;
  const isFound = findings.length > 0 && verdict === 'not-warm';
  const refusal = isFound && proven === required ? `; but ${colors.red('not where nodes look: repair the rule')}` : '';
  const names = cleanText(unresolved.join(', '));
  const gap =
    unresolved.length === 0 ? '' : `; but ${colors.red(`nodes also pull what the plan cannot name: ${names}`)}`;
  return [
    ...failed.map((trouble) => lineOf(colors.red('failed'), trouble, display)),
    ...waiting.map((trouble) => lineOf(colors.yellow('unfinished'), trouble, display)),
    ...findings.flatMap((finding) => linesOfFinding(finding, display)),
    `${verdict === 'warm' ? colors.green(sum) : colors.red(sum)}; ${how}${refusal}${gap}`,
    ...renewedLine(answer, display),
  ].join('\n');
}

/** A run that has nothing to do must not be taken for one that looked at every layer. */
function renewedLine({ renewed, proofLevel }: WarmAnswer, { colors }: Display): readonly string[] {
  if (renewed === 0) return [];
  const layers = proofLevel === 'deep' ? '; their layers as an earlier run found them' : '';
  const text = `${renewed} of them by one look at the manifest${layers} (--recheck looks at everything)`;
  return [colors.dim(text)];
}

/** A command is never broken: it is there to be copied. */
function linesOfFinding({ code, message, fix }: WarmAnswer['findings'][number], display: Display): readonly string[] {
  const { colors, width } = display;
  return [
    `${colors.red('finding')} ${cleanText(code)}`,
    indentWords(cleanText(message), 2, width),
    ...(fix === '' ? [] : [`  ${colors.cyan(cleanText(fix))}`]),
  ];
}

function lineOf(word: string, { repository, tag, reason }: WarmTrouble, display: Display): string {
  return `${word} ${cleanText(`${repository}:${tag}`)}\n${indentWords(cleanText(reason), 2, display.width)}`;
}

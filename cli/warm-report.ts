import type { WarmAnswer } from '../shared/app/warm.js';
import type { WarmTrouble } from '../shared/app/warm-run.js';
import { formatBytes } from './format-bytes.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

/** What `warm --json` prints. */
export function warmDocument(answer: WarmAnswer): unknown {
  const { registry, required, proven, failed, waiting, bytes, seconds, pinnedBy } = answer;
  return { registry, required, proven, failed, waiting, bytes, seconds, digestsFrom: pinnedBy.kind };
}

/** The outcome for people: what is not proven, and why, before the line that sums it up. */
export function renderWarm(answer: WarmAnswer, display: Display): string {
  const { registry, required, proven, failed, waiting, bytes, seconds } = answer;
  const { colors } = display;
  const sum = `${proven} of ${required} artifacts are proven in ${cleanText(registry)}`;
  const how = `${formatBytes(bytes)} pulled, ${seconds.toFixed(1)} s`;
  const verdict = proven === required ? colors.green(sum) : colors.red(sum);
  return [
    ...failed.map((trouble) => lineOf(colors.red('failed'), trouble, display)),
    ...waiting.map((trouble) => lineOf(colors.yellow('unfinished'), trouble, display)),
    `${verdict}; ${how}`,
  ].join('\n');
}

function lineOf(word: string, { repository, tag, reason }: WarmTrouble, display: Display): string {
  return `${word} ${cleanText(`${repository}:${tag}`)}\n${indentWords(cleanText(reason), 2, display.width)}`;
}

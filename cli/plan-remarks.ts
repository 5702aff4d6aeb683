import type { OfflinePlan } from '../shared/app/offline-plan.js';
import { cleanText, type Display } from './terminal.js';
import { indentWords } from './wrap.js';

/** What to know before trusting the plan, for stderr; empty when there is nothing. */
export function renderRemarks({ document, remarks }: OfflinePlan, { width, colors }: Display): string {
  const { length } = document.unresolved;
  const doubts = document.findings.filter(({ effect }) => effect === 'unknown').length;
  const doubtful = `${count(doubts, 'finding keeps', 'findings keep')} the set from being certain, so a gate for ${document.kubernetesVersion} stays unknown.`;
  const incomplete = `The plan is incomplete: ${count(length, 'component is', 'components are')} unresolved, so a gate for ${document.kubernetesVersion} stays unknown.`;
  const sentences = [...remarks, ...(length === 0 ? [] : [incomplete]), ...(doubts === 0 ? [] : [doubtful])].map(
    cleanText,
  );
  return sentences.map((sentence) => colors.yellow('Warning: ') + indentWords(sentence, 9, width).slice(9)).join('\n');
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

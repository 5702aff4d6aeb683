import type { OfflinePlan } from '../shared/app/offline-plan.js';
import { cleanText, displayOf, type Terminal } from './terminal.js';
import { indentWords } from './wrap.js';

/** What to know before trusting a plan, a sentence each; empty when there is nothing. */
export function remarksOfPlan({ document, remarks }: OfflinePlan): readonly string[] {
  const { unresolved, findings, kubernetesVersion } = document;
  const doubts = findings.filter(({ effect }) => effect === 'unknown').length;
  const doubtful = `${count(doubts, 'finding keeps', 'findings keep')} the set from being certain, so a gate for ${kubernetesVersion} stays unknown.`;
  return [...remarks, ...remarksOfGaps(unresolved.length, kubernetesVersion), ...(doubts === 0 ? [] : [doubtful])];
}

export function remarksOfGaps(unresolved: number, version: string): readonly string[] {
  if (unresolved === 0) return [];
  const gaps = count(unresolved, 'component is', 'components are');
  return [`The plan is incomplete: ${gaps} unresolved, so a gate for ${version} stays unknown.`];
}

/** Warnings go to stderr: what was asked for stays fit for a program. */
export function writeRemarks(remarks: readonly string[], { stderr, env }: Terminal): void {
  const { width, colors } = displayOf(stderr, env);
  for (const remark of remarks) {
    stderr.write(`${colors.yellow('Warning: ')}${indentWords(cleanText(remark), 9, width).slice(9)}\n`);
  }
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

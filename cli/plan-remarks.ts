import type { OfflinePlan } from '../shared/app/offline-plan.js';
import { cleanText, displayOf, type Terminal } from './terminal.js';
import { indentWords } from './wrap.js';

/** What to know before trusting a plan, a sentence each; empty when there is nothing. */
export function remarksOfPlan({ document, remarks }: OfflinePlan): readonly string[] {
  return [...remarks, ...remarksOfGaps(document, document.kubernetesVersion)];
}

type Known = Pick<OfflinePlan['document'], 'unresolved' | 'findings'>;

/** Why a set may not be all of it. */
export function remarksOfGaps({ unresolved, findings }: Known, version: string): readonly string[] {
  const gaps = count(unresolved.length, 'component is', 'components are');
  const incomplete = `The plan is incomplete: ${gaps} unresolved, so a gate for ${version} stays unknown.`;
  const doubts = findings.filter(({ effect }) => effect === 'unknown').length;
  const doubtful = `${count(doubts, 'finding keeps', 'findings keep')} the set from being certain, so a gate for ${version} stays unknown.`;
  return [...(unresolved.length === 0 ? [] : [incomplete]), ...(doubts === 0 ? [] : [doubtful])];
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

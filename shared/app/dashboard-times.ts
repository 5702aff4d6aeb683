import type { TargetStatus } from '../gate/status/target-status.js';
import { html, type Html } from './html.js';

/** When the gate may open, and by when it has to. */
export function renderTimes({ estimatedOpenAt, estimatedRange, deadline }: TargetStatus): readonly Html[] {
  const range = estimatedRange
    ? ` (between ${formatTime(estimatedRange.earliest)} and ${formatTime(estimatedRange.latest)})`
    : '';
  const estimate =
    estimatedOpenAt === undefined ? [] : [html`<div>opens about ${formatTime(estimatedOpenAt)}${range}</div>`];
  if (!deadline) return estimate;
  const { at, what, risk } = deadline;
  const due = html`<div class="${risk ? 'failed' : 'soft'}">
    needed by ${formatTime(at)}: ${what}${risk ? `; at risk (${risk.kind}): ${risk.why}` : ''}
  </div>`;
  return [...estimate, due];
}

/** `2026-11-23 00:23:51 UTC` */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

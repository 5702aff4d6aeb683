import type { HoldStatus } from '../gate/maintenance/hold-status.js';
import type { Status } from '../gate/status/status.js';
import { renderTable } from './dashboard-tables.js';
import { html, type Html } from './html.js';
import { ageMs, formatAge } from './verdict.js';

const words: Readonly<Record<HoldStatus['state'], string>> = {
  placing: '… being held',
  held: '✓ held',
  releasing: '… being released',
  'would-hold': '✓ would be held',
  covered: '✓ held by entries of others',
  overridden: '✕ changed by hand',
  'without-configuration': '✕ nothing to hold',
  unholdable: '✕ cannot be held',
  refused: '✕ refused by Azure',
};

/** Planned maintenance of clusters that AKS upgrades by itself; nothing at all where none is spoken of. */
export function renderHolds({ holds = [], evaluatedAt }: Status): Html | undefined {
  if (holds.length === 0) return undefined;
  const rows = holds.map(
    ({ cluster, configuration, state, entry, since, reasons }) =>
      html`<tr>
        <td class="name">${cluster}</td>
        <td>${configuration}</td>
        <td class="tight ${words[state].startsWith('✕') ? 'failed' : ''}">${words[state]}</td>
        <td class="tight soft">${formatAge(ageMs(since, evaluatedAt))}</td>
        <td class="tight">${entry === undefined ? '' : `${entry.start} to ${entry.end}`}</td>
        <td class="wide">
          <ul class="plain">
            ${reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>
        </td>
      </tr>`,
  );
  return html`<h2>Planned maintenance</h2>
    ${renderTable(['Cluster', 'Configuration', 'Hold', 'Since', 'Not allowed', 'Why'], rows, 'None.')}`;
}

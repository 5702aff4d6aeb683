import type { OutageStatus, Status } from '../gate/status/status.js';
import { renderTable } from './dashboard-tables.js';
import { formatTime } from './dashboard-times.js';
import { html, type Html } from './html.js';
import { ageMs, formatAge } from './verdict.js';

const failing: Readonly<Record<OutageStatus['side'], string>> = {
  registry: 'the registry itself',
  upstream: 'what it gets from MAR',
};

/** Who fails at present; nothing at all in ordinary times. */
export function renderOutages({ outages, throttled = [], evaluatedAt }: Status): Html | undefined {
  const ago = (iso: string) => `${formatAge(ageMs(iso, evaluatedAt))} ago`;
  const down = outages.map(
    ({ loginServer, side, what, since, lastProbe }) =>
      html`<tr>
        <td class="name">${loginServer}</td>
        <td class="tight failed">${failing[side]} fails</td>
        <td class="tight soft">${ago(since)}</td>
        <td class="wide">${what}; last tried ${ago(lastProbe)}, goes on by itself</td>
      </tr>`,
  );
  const slow = throttled.map(
    ({ registry, operation, percent, pausedUntil }) =>
      html`<tr>
        <td class="name">${registry}</td>
        <td class="tight">throttles ${operation}</td>
        <td></td>
        <td class="wide">
          ${percent} % of our share${pausedUntil === undefined ? '' : `, nothing before ${formatTime(pausedUntil)}`}
        </td>
      </tr>`,
  );
  const rows = [...down, ...slow];
  if (rows.length === 0) return undefined;
  return html`<h2>Outages</h2>
    ${renderTable(['Where', 'What', 'Since', 'Detail'], rows, 'None.')}`;
}

/** Messages that wait to be replayed first, then what was recorded. */
export function renderProblems({ problems, poison }: Status): Html {
  const left = poison.filter(({ replayedAt }) => replayedAt === undefined).length;
  const hint =
    left === 0
      ? undefined
      : html`<p>
          ${left} ${left === 1 ? 'message was' : 'messages were'} given up on:
          <code>aks-artifact-sync replay --all</code> has ${left === 1 ? 'it' : 'them'} worked on again.
        </p>`;
  const rows = problems.map(
    ({ at, source, subject, reason }) =>
      html`<tr>
        <td class="tight soft">${formatTime(at)}</td>
        <td class="tight">${source}</td>
        <td>
          ${reason}
          <details>
            <summary>what came</summary>
            <code>${subject}</code>
          </details>
        </td>
      </tr>`,
  );
  return html`${hint}${renderTable(['When', 'Source', 'Reason'], rows, 'None.')}`;
}

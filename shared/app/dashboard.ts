import { createHash } from 'node:crypto';
import type { Status } from '../gate/status/status.js';
import { dashboardStyle } from './dashboard-style.js';
import { renderCatalog, renderClusters, renderFleetGates, renderRegistries } from './dashboard-tables.js';
import { formatTime } from './dashboard-times.js';
import { renderBreakGlasses, renderChanges } from './dashboard-changes.js';
import { renderOutages, renderProblems } from './dashboard-troubles.js';
import { renderHolds } from './dashboard-holds.js';
import { html, Html } from './html.js';
import { judgeStatus } from './verdict.js';

const styleHash = createHash('sha256').update(dashboardStyle).digest('base64');

/** Nothing is loaded, nothing runs, nobody frames it, and its address (which may hold a key) is told to nobody. */
export const dashboardHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

const refreshSeconds = 10;

/** The status as a page for people: server-rendered, no script, reloads itself; what needs a person comes first. Pure. */
export function renderDashboard(status: Status): string {
  const { urgency, headline, concerns } = judgeStatus(status);
  const list =
    concerns.length > 0
      ? html`<ul>
          ${concerns.map((concern) => html`<li>${concern}</li>`)}
        </ul>`
      : undefined;
  const style = new Html(`<style>${dashboardStyle}</style>`);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="${refreshSeconds}" />
        <title>${headline} - AKS artifact sync</title>
        ${style}
      </head>
      <body>
        <header>
          <h1>AKS artifact sync</h1>
          ${modeNote(status)}<span>${formatTime(status.evaluatedAt)}, reloads every ${refreshSeconds} s</span>
          <span>version ${status.version}</span>
        </header>
        <main>
          <section class="verdict ${urgency}" role="status">
            <p>${headline}</p>
            ${list}
          </section>
          ${renderBreakGlasses(status)}
          <h2>Gates</h2>
          ${renderClusters(status)}
          <h2>Fleet gates</h2>
          ${renderFleetGates(status)}${renderHolds(status)}${renderOutages(status)}
          <h2>Changes</h2>
          ${renderChanges(status)}
          <h2>Registries</h2>
          ${renderRegistries(status)}
          <h2>Catalogue</h2>
          ${renderCatalog(status)}
          <h2>Problems</h2>
          ${renderProblems(status)}
        </main>
      </body>
    </html> `.text;
}

function modeNote({ mode, scopes = [] }: Status): Html {
  const where = scopes.length === 0 ? '' : `, in ${scopes.length} ${scopes.length === 1 ? 'scope' : 'scopes'} alone`;
  return mode === 'enforce'
    ? html`<span class="enforce">Mode enforce: opens Fleet gates${where}</span>`
    : html`<span>Mode observe: decides and publishes, opens nothing in Azure</span>`;
}

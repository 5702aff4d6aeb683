import type { Status } from '../gate/status/status.js';
import { renderTable } from './dashboard-tables.js';
import { formatTime } from './dashboard-times.js';
import { html, type Html } from './html.js';

/** Gates that a person holds open; nothing at all in ordinary times. */
export function renderBreakGlasses({ breakGlasses }: Status): Html | undefined {
  if (breakGlasses.length === 0) return undefined;
  const lines = breakGlasses.map(
    ({ clusterId, kubernetesVersion, who, reason, expiresAt }) =>
      html`<li>
        <strong>Break glass</strong>: ${who} opened ${clusterId.split('/').at(-1)} ${kubernetesVersion} until
        ${formatTime(expiresAt)}: ${reason}
      </li>`,
  );
  return html`<section class="verdict look" role="alert">
    <ul>
      ${lines}
    </ul>
  </section>`;
}

/** The newest of the audit trail: what was begun and never ended stands out. */
export function renderChanges({ changes }: Status): Html {
  const rows = changes.map(
    ({ at, who, action, name, outcome, because }) =>
      html`<tr>
        <td class="tight soft">${formatTime(at)}</td>
        <td class="tight">${who}</td>
        <td class="tight">${action}</td>
        <td class="name">${name}</td>
        <td class="tight ${outcome === 'failed' || outcome === 'begun' ? 'failed' : ''}">${outcome}</td>
        <td class="wide">${because.join('; ')}</td>
      </tr>`,
  );
  const columns = ['When', 'Who', 'Change', 'Resource', 'Outcome', 'Because'];
  return renderTable(columns, rows, 'Nothing was changed in Azure, and no glass was broken.');
}

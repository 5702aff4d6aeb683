import type { ClusterStatus, Status } from '../gate/status/status.js';
import type { TargetStatus } from '../gate/status/target-status.js';
import { html, type Content, type Html } from './html.js';
import { renderTimes } from './dashboard-times.js';
import { ageMs, formatAge } from './verdict.js';

/** Missing artifacts that are named at once; the rest unfolds. */
const mostNamed = 8;

const shutFirst = { unknown: 0, closed: 1, open: 2 };

/** Shut gates first, then open ones, each with the versions that run (no upgrade waits for them) last; then clusters without any. */
export function renderClusters(status: Status): Html {
  const gates = status.clusters
    .flatMap((cluster) => cluster.targets.map((target) => ({ cluster, target })))
    .sort(
      (a, b) =>
        shutFirst[a.target.decision] - shutFirst[b.target.decision] ||
        Number(a.target.current) - Number(b.target.current),
    );
  const others = status.clusters.filter(({ targets }) => targets.length === 0);
  const rows = [...gates.map((gate) => gateRow(gate, status.evaluatedAt)), ...others.map(otherRow)];
  const columns = ['Cluster', 'Upgrade', 'Gate', 'Since', 'Cached', 'Why'];
  return renderTable(columns, rows, 'No cluster was seen yet.');
}

function gateRow({ cluster, target }: { cluster: ClusterStatus; target: TargetStatus }, now: string): Html {
  const since = target.decidedAt === undefined ? '' : formatAge(ageMs(target.decidedAt, now));
  return html`<tr>
    <td class="tight"><span class="name">${cluster.name}</span></td>
    <td class="tight">${renderUpgrade(cluster.kubernetesVersion, target.kubernetesVersion)}</td>
    <td class="tight">${renderMark(target.decision)}</td>
    <td class="tight soft">${since}</td>
    <td class="count">${renderProgress(target.cached, target.required)}</td>
    <td class="wide">
      ${renderReasons(target.reasons)}${renderTimes(target)}${renderMissing(target)}${renderImports(target)}
      ${renderFindings(target)}${renderDrift(target, now)} ${target.current ? renderUnheard(cluster) : undefined}
    </td>
  </tr>`;
}

/** Those that keep the gate shut stand among its reasons already. */
function renderFindings({ findings = [] }: TargetStatus): Html | undefined {
  const told = findings.filter(({ effect }) => effect === 'none');
  if (told.length === 0) return undefined;
  return html`<ul class="plain soft">
    ${told.map(({ subject, message }) => html`<li>${subject}: ${message}</li>`)}
  </ul>`;
}

/** Of no weight: the timer makes up for events. */
function renderUnheard({ unheard }: ClusterStatus): Html | undefined {
  return unheard === undefined ? undefined : html`<div class="soft">events: ${unheard}</div>`;
}

/** That a rule fills the others is the ordinary case. */
function renderImports({ strategies, imported = [], required }: TargetStatus): Html | undefined {
  const artifacts = strategies?.import ?? 0;
  if (artifacts === 0) return undefined;
  return html`<div class="soft" title="${imported.join(', ')}">
    ${artifacts} of ${required} imported by Azure, as no cache rule covers them
  </div>`;
}

/** What was pulled and not predicted is what somebody should look into. */
function renderDrift({ drift }: TargetStatus, now: string): Html | undefined {
  if (!drift) return undefined;
  const { escaped, foreign, idle, measuredAt } = drift;
  const others = `${foreign} of other images, ${idle === undefined ? 'idle unknown without a log' : `${idle} idle`}`;
  return html`<div class="soft">
    drift: <span class="${escaped > 0 ? 'failed' : ''}">${escaped} escaped</span>, ${others}, measured
    ${formatAge(ageMs(measuredAt, now))} ago
  </div>`;
}

function renderUpgrade(from: string, to: string): string {
  return from === to ? `${to} (current)` : `${from} → ${to}`;
}

function otherRow(cluster: ClusterStatus): Html {
  const mark = cluster.isolated ? undefined : renderMark('left-alone');
  const note = cluster.finding ?? 'nothing is planned yet: the reconcile timer asks for it, or POST /api/sync';
  return html`<tr class="aside">
    <td class="tight"><span class="name">${cluster.name}</span></td>
    <td class="tight">${cluster.kubernetesVersion}</td>
    <td class="tight">${mark}</td>
    <td></td>
    <td></td>
    <td class="wide">${note}${renderUnheard(cluster)}</td>
  </tr>`;
}

const marks = {
  open: '✓ open',
  closed: '✕ closed',
  unknown: '? unknown',
  approved: '✓ approved',
  approving: '… approving',
  'would-approve': '✓ would approve',
  waiting: '… waiting',
  'left-alone': '– left alone',
};

function renderMark(name: keyof typeof marks): Html {
  return html`<span class="mark ${name}">${marks[name]}</span>`;
}

function renderProgress(cached: number, required: number): Html | undefined {
  if (required === 0) return undefined;
  return html`<progress max="${required}" value="${cached}"></progress>${cached} / ${required}`;
}

function renderReasons(reasons: readonly string[]): Content {
  if (reasons.length === 0) return undefined;
  return html`<ul class="plain">
    ${reasons.map((reason) => html`<li>${reason}</li>`)}
  </ul>`;
}

/** What no waiting will cure comes first. */
const failedFirst = { failed: 0, 'proof-expired': 1, 'not-started': 2, planned: 3, waiting: 4 };

type Missing = TargetStatus['missing'][number];

/** Artifacts that are missing for the same reason stand together. */
function renderMissing({ missing }: TargetStatus): readonly Html[] {
  const groups = new Map<string, Missing[]>();
  for (const item of [...missing].sort((a, b) => failedFirst[a.state] - failedFirst[b.state])) {
    const key = `${item.state} ${item.failureClass ?? ''} ${item.reason}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()].map(missingGroup);
}

function missingGroup(group: readonly Missing[]): Html {
  const [first] = group;
  const names = group.map(({ artifact }) => html`<li><code>${artifact}</code></li>`);
  const rest = names.slice(mostNamed);
  const more = html`<details>
    <summary>${rest.length} more</summary>
    <ul class="plain">
      ${rest}
    </ul>
  </details>`;
  const kind = first?.failureClass === undefined ? first?.state : `${first.state} (${first.failureClass})`;
  return html`<div class="missing">
    <span class="${first?.state === 'failed' ? 'failed' : 'soft'}">${kind}:</span>
    <span class="soft">${first?.reason}</span>
    <ul class="plain">
      ${names.slice(0, mostNamed)}
    </ul>
    ${rest.length > 0 ? more : undefined}
  </div>`;
}

const waitingFirst = { waiting: 0, approving: 1, 'would-approve': 2, approved: 3, 'left-alone': 4 };

export function renderFleetGates({ fleetGates, evaluatedAt }: Status): Html {
  const rows = [...fleetGates]
    .sort((a, b) => waitingFirst[a.action] - waitingFirst[b.action] || (a.recordedAt < b.recordedAt ? -1 : 1))
    .map((gate) => {
      const place = [gate.updateRun.split('/').at(-1), gate.stage, gate.group].filter((part) => part !== undefined);
      return html`<tr>
        <td class="name">${gate.displayName}</td>
        <td>${place.join(' / ')}</td>
        <td class="tight">${renderMark(gate.action)}</td>
        <td class="tight soft">${formatAge(ageMs(gate.recordedAt, evaluatedAt))} ago</td>
        <td class="wide">${renderReasons(gate.reasons)}</td>
      </tr>`;
    });
  return renderTable(['Gate', 'Run / stage / group', 'State', 'Judged', 'Why'], rows, 'No Fleet gate was seen.');
}

export function renderRegistries({ registries }: Status): Html {
  const rows = registries.map(
    ({ loginServer, required, cached, waiting, failed }) =>
      html`<tr>
        <td class="name">${loginServer}</td>
        <td class="count">${renderProgress(cached, required)}</td>
        <td class="count" data-label="waiting">${waiting}</td>
        <td class="count ${failed > 0 ? 'failed' : ''}" data-label="failed">${failed}</td>
      </tr>`,
  );
  return renderTable(['Registry', 'Cached', 'Waiting', 'Failed'], rows, 'No registry is in use yet.');
}

/** What the sets are made from, and how fresh it is. */
export function renderCatalog({ catalog, evaluatedAt }: Status): Html {
  const { state, acceptedAt, detail } = catalog.overrides;
  const overrides = { name: 'overrides', state, readAt: acceptedAt, detail };
  const rows = [...catalog.sources, overrides].map(
    (source) =>
      html`<tr>
        <td class="name">${source.name}</td>
        <td class="tight ${['failed', 'rejected'].includes(source.state) ? 'failed' : ''}">${source.state}</td>
        <td class="tight soft">
          ${source.readAt === undefined ? '' : `${formatAge(ageMs(source.readAt, evaluatedAt))} ago`}
        </td>
        <td class="wide">${source.detail}</td>
      </tr>`,
  );
  return renderTable(['Source', 'State', 'Read', 'Detail'], rows, 'Nothing is known.');
}

export function renderTable(columns: readonly string[], rows: readonly Html[], empty: string): Html {
  if (rows.length === 0) return html`<p class="soft">${empty}</p>`;
  const head = columns.map((column) => html`<th scope="col">${column}</th>`);
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

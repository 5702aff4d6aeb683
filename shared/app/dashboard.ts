import type { ClusterStatus, Status, TargetStatus } from '../gate/status.js';

const style = `
:root { color-scheme: light dark; --line: #8884; --ok: #1a7f37; --bad: #b42318; --unsure: #9a6700; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: .2rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
p.note { opacity: .75; margin-top: 0; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.count { font-variant-numeric: tabular-nums; white-space: nowrap; }
.open { color: var(--ok); font-weight: 600; } .closed { color: var(--bad); font-weight: 600; } .unknown { color: var(--unsure); font-weight: 600; }
progress { width: 10rem; vertical-align: middle; } code { font-size: .92em; overflow-wrap: anywhere; } ul { margin: 0; padding-left: 1.1rem; }
`;

const mostShown = 10;

/** The status as a page for people: server-rendered, no script, reloads itself. Every text from outside is escaped. */
export function renderDashboard(status: Status): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10"><title>AKS artifact sync</title><style>${style}</style></head><body>
<h1>AKS artifact sync</h1>
<p class="note">${escape(modeNote(status))} As of ${escape(status.evaluatedAt)}, version ${escape(status.version)}.</p>
<h2>Clusters and gates</h2>
<table><thead><tr><th>Cluster</th><th>Runs</th><th>Target</th><th>Gate</th><th>Cached</th><th>Why</th></tr></thead>
<tbody>${status.clusters.map(clusterRows).join('')}</tbody></table>
<h2>Registries</h2>
<table><thead><tr><th>Registry</th><th>Cached</th><th>Waiting</th><th>Failed</th></tr></thead>
<tbody>${status.registries.map(registryRow).join('')}</tbody></table>
<h2>Fleet gates</h2>
<table><thead><tr><th>Gate</th><th>Stage</th><th>Action</th><th>Why</th></tr></thead>
<tbody>${status.fleetGates.map(fleetRow).join('') || emptyRow(4, 'No Fleet gate was seen.')}</tbody></table>
<h2>Problems</h2>
<table><thead><tr><th>When</th><th>Source</th><th>Reason</th></tr></thead>
<tbody>${status.problems.map(problemRow).join('') || emptyRow(3, 'None.')}</tbody></table>
</body></html>
`;
}

function modeNote({ mode }: Status): string {
  return mode === 'enforce'
    ? 'Mode enforce: Fleet gates are approved when their clusters are open.'
    : 'Mode observe: decisions are recorded and published, nothing in Azure is changed.';
}

function clusterRows(cluster: ClusterStatus): string {
  const head = `<td>${escape(cluster.name)}</td><td>${escape(cluster.kubernetesVersion)}</td>`;
  if (cluster.targets.length === 0) {
    const note = cluster.finding ?? 'nothing planned yet';
    return `<tr>${head}<td colspan="4">${escape(note)}</td></tr>`;
  }
  return cluster.targets.map((target) => `<tr>${head}${targetCells(target)}</tr>`).join('');
}

function targetCells(target: TargetStatus): string {
  const missing = target.missing
    .slice(0, mostShown)
    .map(
      ({ artifact, state, reason }) => `<li><code>${escape(artifact)}</code> ${escape(state)}: ${escape(reason)}</li>`,
    );
  const more = target.missing.length - missing.length;
  const list = missing.length > 0 ? `<ul>${missing.join('')}${more > 0 ? `<li>and ${more} more</li>` : ''}</ul>` : '';
  const findings = (target.findings ?? []).map(
    ({ subject, message }) => `<li>${escape(subject)}: ${escape(message)}</li>`,
  );
  const notes = findings.length > 0 ? `<ul>${findings.join('')}</ul>` : '';
  return `<td>${escape(target.kubernetesVersion)}${target.current ? ' (current)' : ''}</td><td class="${target.decision}">${target.decision}</td>
<td class="count">${target.cached} / ${target.required}</td><td>${target.reasons.map(escape).join('<br>')}${list}${notes}</td>`;
}

function registryRow({ loginServer, required, cached, waiting, failed }: Status['registries'][number]): string {
  return `<tr><td>${escape(loginServer)}</td><td class="count"><progress max="${required}" value="${cached}"></progress>
${cached} / ${required}</td><td class="count">${waiting}</td><td class="count">${failed}</td></tr>`;
}

function fleetRow(gate: Status['fleetGates'][number]): string {
  const where = gate.group === undefined ? gate.stage : `${gate.stage} / ${gate.group}`;
  return `<tr><td>${escape(gate.displayName)}</td><td>${escape(where)}</td><td>${gate.action}</td>
<td>${gate.reasons.map(escape).join('<br>')}</td></tr>`;
}

function problemRow(problem: Status['problems'][number]): string {
  return `<tr><td>${escape(problem.at)}</td><td>${escape(problem.source)}</td><td>${escape(problem.reason)}</td></tr>`;
}

function emptyRow(columns: number, text: string): string {
  return `<tr><td colspan="${columns}">${text}</td></tr>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

import type { StatusAnswer } from './app-answers.js';
import { decisionPaint, describeEstimate, missingColumns, renderGlass, shortTime } from './gate-report.js';
import type { Column } from './fit-columns.js';
import { drawTable, type Cell } from './table.js';
import type { Display } from './terminal.js';

type Cluster = StatusAnswer['clusters'][number];
type Target = Cluster['targets'][number];

/** More missing artifacts than these are counted only; `gate` lists them all. */
const mostNamed = 5;
const mostProblems = 10;

/** Counts first, then clusters, registries, Fleet gates, what is missing, and last what went wrong. */
export function renderStatus(status: StatusAnswer, display: Display): string {
  const sections = [
    section(
      'Clusters',
      clusterColumns,
      troubleFirst(status.clusters).flatMap((cluster) => clusterRows(cluster, display)),
      display,
    ),
    section(
      'Registries',
      registryColumns,
      status.registries.map((registry) => registryRow(registry, display)),
      display,
    ),
    section(
      'Fleet gates',
      fleetColumns,
      status.fleetGates.map((gate) => fleetRow(gate, display)),
      display,
    ),
    ...renderHolds(status, display),
    ...status.clusters.flatMap((cluster) => cluster.targets.map((target) => renderMissing(cluster, target, display))),
    ...renderNotices(status.clusters, display),
    renderTroubles(status, display),
    renderProblems(status, display),
  ];
  return [renderHead(status, display), ...sections.filter((text) => text !== '')].join('\n\n');
}

function column(head: string, breaks: Column['breaks'] = 'nowhere'): Column {
  return { head, breaks };
}

const clusterColumns = [
  ...['cluster', 'Kubernetes', 'target', 'gate', 'cached', 'way in'].map((head) => column(head)),
  column('why', 'between-words'),
];
const registryColumns = ['registry', 'cached', 'waiting', 'failed'].map((head) => column(head));
const fleetColumns = [
  ...['gate', 'update run', 'stage', 'action'].map((head) => column(head)),
  column('why', 'between-words'),
];
const holdColumns = [
  ...['cluster', 'maintenance', 'hold', 'until'].map((head) => column(head)),
  column('why', 'between-words'),
];
const driftColumns = ['cluster', 'Kubernetes', 'escaped', 'other images', 'idle', 'measured'].map((head) =>
  column(head),
);
const findingColumns = [
  ...['cluster', 'target', 'about'].map((head) => column(head)),
  column('finding', 'between-words'),
];
const problemColumns = [
  column('when'),
  column('source'),
  column('subject', 'between-words'),
  column('reason', 'between-words'),
];

function renderHead(status: StatusAnswer, display: Display): string {
  const { colors } = display;
  const targets = status.clusters.flatMap((cluster) => cluster.targets.filter(({ current }) => !current));
  const tally = (decision: Target['decision']) => targets.filter((target) => target.decision === decision).length;
  const { closed, unknown, open } = { closed: tally('closed'), unknown: tally('unknown'), open: tally('open') };
  const problems = status.problems.length;
  const where = status.scopes.length === 0 ? '' : `, in ${status.scopes.length} scopes alone`;
  const mode =
    status.mode === 'enforce' ? `enforce: approves open gates${where}` : 'observe: decides, approves nothing';
  return [
    `${colors.bold('AKS artifact sync')} ${status.version}  ${mode}`,
    [
      `gates: ${(closed > 0 ? colors.red : String)(`${closed} closed`)}`,
      (unknown > 0 ? colors.magenta : String)(`${unknown} unknown`),
      (open > 0 ? colors.green : String)(`${open} open`),
      (problems > 0 ? colors.red : String)(`${problems} ${problems === 1 ? 'problem' : 'problems'}`),
    ].join(', ') + colors.dim(`  as of ${shortTime(status.evaluatedAt)}`),
    ...status.breakGlasses.map((glass) =>
      renderGlass(glass, display, `${glass.clusterId.split('/').at(-1) ?? ''} ${glass.kubernetesVersion}`),
    ),
  ].join('\n');
}

function section(
  title: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  display: Display,
): string {
  if (rows.length === 0) return `${display.colors.bold(title)}: none`;
  return `${display.colors.bold(`${title} (${rows.length})`)}\n${drawTable(columns, rows, display)}`;
}

const decisions: readonly Target['decision'][] = ['closed', 'unknown', 'open'];

/** Clusters with a closed gate, then those with an unknown one, the open and the ones that are left alone. */
function troubleFirst(clusters: readonly Cluster[]): readonly Cluster[] {
  const rank = ({ targets }: Cluster) =>
    Math.min(decisions.length, ...targets.map(({ decision }) => decisions.indexOf(decision)));
  return [...clusters].sort((a, b) => rank(a) - rank(b));
}

function clusterRows(cluster: Cluster, display: Display): readonly (readonly Cell[])[] {
  const { name, kubernetesVersion, isolated, finding, targets } = cluster;
  if (targets.length === 0) {
    const gate = { text: isolated ? '-' : 'left alone', paint: display.colors.dim };
    const why = finding ?? `nothing planned yet; to ask for it: aks-artifact-sync sync --cluster ${cluster.id}`;
    return [[name, kubernetesVersion, '-', gate, '-', '-', why]];
  }
  return targets.map((target) => [
    name,
    kubernetesVersion,
    target.current ? `${target.kubernetesVersion} (current)` : target.kubernetesVersion,
    { text: target.decision, paint: decisionPaint(target.decision, display) },
    `${target.cached}/${target.required}`,
    describeWays(target),
    [
      ...(finding === undefined ? [] : [finding]),
      ...describeDeadline(target),
      ...target.reasons,
      ...describeEstimate(target),
    ].join('; '),
  ]);
}

function describeDeadline({ deadline }: Target): readonly string[] {
  if (!deadline) return [];
  const { at, what, risk } = deadline;
  return [`needed by ${shortTime(at)} (${what})${risk ? `, AT RISK: ${risk.why}` : ''}`];
}

/** How the artifacts get into the registry, as its cache rules decide. */
function describeWays({ strategies = {} }: Target): string {
  const { import: imported = 0, ...others } = strategies;
  const through = Object.values(others).reduce((sum, number) => sum + number, 0);
  if (imported === 0) return through === 0 ? '-' : 'cache rule';
  return through === 0 ? 'import' : `${through} cache rule, ${imported} import`;
}

function registryRow(registry: StatusAnswer['registries'][number], { colors }: Display): readonly Cell[] {
  const { loginServer, cached, required, waiting, failed } = registry;
  const paint = failed > 0 ? colors.red : String;
  return [loginServer, `${cached}/${required}`, String(waiting), { text: String(failed), paint }];
}

function fleetRow(gate: StatusAnswer['fleetGates'][number], { colors }: Display): readonly Cell[] {
  const { displayName, updateRun, stage, group, action, reasons } = gate;
  const paint = action === 'approved' ? colors.green : action === 'waiting' ? colors.yellow : String;
  const place = group === undefined ? stage : `${stage}/${group}`;
  // The run is an Azure resource: its name is what people know it by.
  return [displayName, updateRun.split('/').at(-1) ?? updateRun, place, { text: action, paint }, reasons.join('; ')];
}

/** Left out where no maintenance is spoken of. */
function renderHolds({ holds }: StatusAnswer, display: Display): readonly string[] {
  if (holds.length === 0) return [];
  const { colors } = display;
  const rows = holds.map(({ cluster, configuration, state, entry, reasons }) => [
    cluster,
    configuration,
    { text: state, paint: state === 'held' ? colors.yellow : String },
    entry?.end ?? '-',
    reasons.join('; '),
  ]);
  return [section('Planned maintenance', holdColumns, rows, display)];
}

function renderMissing(cluster: Cluster, { kubernetesVersion, missing }: Target, display: Display): string {
  if (missing.length === 0) return '';
  const rows = missing.slice(0, mostNamed).map(({ artifact, state, reason }) => [artifact, state, reason]);
  const rest = missing.length - rows.length;
  const all = `aks-artifact-sync gate --cluster ${cluster.id} --version ${kubernetesVersion}`;
  return [
    display.colors.bold(`Missing for ${cluster.name} ${kubernetesVersion} (${missing.length})`),
    drawTable(missingColumns, rows, display),
    ...(rest > 0 ? [`and ${rest} more, listed by: ${all}`] : []),
  ].join('\n');
}

/** What people should know and no gate waits for: findings, and what was pulled against what was predicted. Left out where there is nothing. */
function renderNotices(clusters: readonly Cluster[], display: Display): readonly string[] {
  const targets = clusters.flatMap(({ name, targets: own }) => own.map((target) => ({ name, target })));
  const findings = targets.flatMap(({ name, target }) =>
    target.findings
      .filter(({ effect }) => effect === 'none')
      .map(({ subject, message }) => [name, target.kubernetesVersion, subject, message]),
  );
  const unheard = clusters.flatMap(({ name, unheard: why }) => (why === undefined ? [] : [[name, '-', 'events', why]]));
  const notices = [...findings, ...unheard];
  const drift = targets.flatMap(({ name, target }) =>
    target.drift ? [driftRow(name, target, target.drift, display)] : [],
  );
  return [
    ...(notices.length === 0 ? [] : [section('Findings', findingColumns, notices, display)]),
    ...(drift.length === 0 ? [] : [section('Drift', driftColumns, drift, display)]),
  ];
}

function driftRow(
  name: string,
  { kubernetesVersion }: Target,
  { escaped, foreign, idle, measuredAt }: NonNullable<Target['drift']>,
  { colors }: Display,
): readonly Cell[] {
  const paint = escaped > 0 ? colors.red : String;
  const counts = [{ text: String(escaped), paint }, String(foreign), idle === undefined ? '-' : String(idle)];
  return [name, kubernetesVersion, ...counts, shortTime(measuredAt)];
}

/** What keeps things from moving, in words: outages of others, and messages that were given up on. */
function renderTroubles({ outages, poison }: StatusAnswer, { colors }: Display): string {
  const waiting = poison.filter(({ replayedAt }) => replayedAt === undefined).length;
  return [
    ...outages.map(({ loginServer, side, what, since, lastProbe }) => {
      const who = side === 'registry' ? loginServer : `what ${loginServer} gets from MAR`;
      return colors.red(
        `Outage: ${who} fails since ${shortTime(since)} (${what}); last tried ${shortTime(lastProbe)}.`,
      );
    }),
    ...(waiting === 0 ? [] : [`Given up on: ${waiting} messages; to try again: aks-artifact-sync replay --all`]),
  ].join('\n');
}

function renderProblems({ problems }: StatusAnswer, display: Display): string {
  const rows = problems
    .slice(0, mostProblems)
    .map(({ at, source, subject, reason }) => [shortTime(at), source, subject, reason]);
  const rest = problems.length - rows.length;
  const table = section('Problems', problemColumns, rows, display);
  return rest > 0 ? `${table}\nand ${rest} older ones, shown by --json` : table;
}

import type { Colors } from 'picocolors/types.js';
import type { AppStatus } from './app-status.js';
import { countEvents, isHoldNews, targetOf, type Snapshot } from './snapshot.js';

const barWidth = 24;

/** The state of a run as lines for a terminal; pure, so that the same snapshot gives the same block. */
export function renderBlock(
  title: string,
  snapshot: Snapshot,
  rates: ReadonlyMap<string, number>,
  colors: Colors,
): readonly string[] {
  const { status } = snapshot;
  return [
    `${colors.bold(title)}  ${formatSeconds(snapshot.elapsedSeconds)}`,
    ...(status === undefined ? [colors.dim('  waiting for the first answer of the app')] : []),
    ...section('Registries', renderRegistries(snapshot, rates, colors), colors),
    ...section(
      'Clusters',
      (status?.clusters ?? []).flatMap((cluster) => renderCluster(cluster, colors)),
      colors,
    ),
    ...section('Fleet', renderFleet(snapshot, colors), colors),
    ...section('Events published', snapshot.events.length === 0 ? [] : [countEvents(snapshot.events)], colors),
    ...section('Maintenance', renderHolds(snapshot, colors), colors),
    ...section(
      'Problems',
      (status?.problems ?? []).slice(-3).map(({ source, subject, reason }) => `${source} ${subject}: ${reason}`),
      colors,
    ),
  ];
}

/** `m:ss` */
export function formatSeconds(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** The scenario's name of a registry, which people know, or its login server. */
export function registryName(loginServer: string, { loginServers }: Pick<Snapshot, 'loginServers'>): string {
  return [...loginServers].find(([, server]) => server === loginServer)?.[0] ?? loginServer;
}

export function paintDecision(decision: string, colors: Colors): string {
  if (decision === 'open') return colors.green(decision);
  return decision === 'closed' ? colors.yellow(decision) : colors.magenta(decision);
}

export function paintState(state: string, colors: Colors): string {
  if (state === 'Completed') return colors.green(state);
  return state === 'Pending' ? colors.yellow(state) : state;
}

export function paintHold(state: string, colors: Colors): string {
  if (state === 'none') return colors.dim('not held');
  return state === 'held' ? colors.yellow(state) : colors.magenta(state);
}

function section(name: string, lines: readonly string[], colors: Colors): readonly string[] {
  return lines.length === 0 ? [] : [colors.dim(name), ...lines.map((line) => `  ${line}`)];
}

function renderRegistries(snapshot: Snapshot, rates: ReadonlyMap<string, number>, colors: Colors): readonly string[] {
  const registries = snapshot.status?.registries ?? [];
  const names = registries.map(({ loginServer }) => registryName(loginServer, snapshot));
  const width = Math.max(0, ...names.map(({ length }) => length));
  return registries.map(({ loginServer, required, cached, failed }, index) => {
    const rate = `${(rates.get(loginServer) ?? 0).toFixed(1)}/s`;
    const count = `${cached}/${required}`.padStart(9);
    const failures = failed === 0 ? '' : colors.red(`  ${failed} failed`);
    return `${(names[index] ?? '').padEnd(width)}  ${renderBar(cached, required, colors)} ${count}  ${rate.padStart(8)}${failures}`;
  });
}

function renderBar(cached: number, required: number, colors: Colors): string {
  const filled = required === 0 ? 0 : Math.floor((cached / required) * barWidth);
  return colors.green('█'.repeat(filled)) + colors.dim('░'.repeat(barWidth - filled));
}

function renderCluster(cluster: AppStatus['clusters'][number], colors: Colors): readonly string[] {
  const start = `${cluster.name}  ${cluster.kubernetesVersion}`;
  if (!cluster.isolated) return [colors.dim(`${start}  left alone: ${cluster.finding ?? 'not network isolated'}`)];
  if (cluster.targets.length === 0) return [`${start}  ${cluster.finding ?? 'nothing planned yet'}`];
  return cluster.targets.map(({ kubernetesVersion, decision, required, cached, reasons }) => {
    const why = decision === 'unknown' ? colors.dim(`  ${reasons[0] ?? ''}`) : '';
    return `${start} -> ${kubernetesVersion}  ${paintDecision(decision, colors)}  ${cached}/${required}${why}`;
  });
}

function renderFleet({ updateRuns, gates }: Snapshot, colors: Colors): readonly string[] {
  return updateRuns.flatMap((one) => [
    `${one.name} to ${targetOf(one)}  ${paintState(one.state, colors)}`,
    ...gates
      .filter(({ run }) => run === one.name)
      .map((gate) => `  gate ${gate.displayName} (${gate.place})  ${paintState(gate.state, colors)}`),
  ]);
}

function renderHolds({ holds }: Snapshot, colors: Colors): readonly string[] {
  return holds
    .filter(isHoldNews)
    .map(({ cluster, configuration, state }) => `${cluster} ${configuration}  ${paintHold(state, colors)}`);
}

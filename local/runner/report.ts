import Table from 'cli-table3';
import type { Colors } from 'picocolors/types.js';
import type { Difference } from './expectations.js';
import { formatSeconds, paintDecision, paintHold, paintState } from './progress-block.js';
import { countEvents, targetOf, type Snapshot } from './snapshot.js';

const namedMissing = 3;
const sentenceWidth = 60;

/** The outcome of a run as tables, differences and one closing line. Pure. */
export function renderReport(snapshot: Snapshot, differences: readonly Difference[], colors: Colors): string {
  return [
    clusterTable(snapshot, colors),
    ...(snapshot.updateRuns.length > 0 ? [fleetTable(snapshot, colors)] : []),
    ...tellGates(snapshot),
    ...(snapshot.holds.length > 0 ? [holdTable(snapshot, colors)] : []),
    ...(snapshot.events.length > 0 ? [`events published: ${countEvents(snapshot.events)}`] : []),
    ...(snapshot.status?.problems ?? []).map(
      ({ source, subject, reason }) => `${colors.red('problem')} ${source} ${subject}: ${reason}`,
    ),
    ...upgradesTooEarly(snapshot).map((line) => colors.red(line)),
    renderOutcome(snapshot, differences, colors),
  ].join('\n');
}

function clusterTable(snapshot: Snapshot, colors: Colors): string {
  const table = createTable(['cluster', 'Kubernetes', 'target', 'gate', 'cached', 'missing'], colors);
  for (const { name, kubernetesVersion } of snapshot.clusters) {
    const seen = snapshot.status?.clusters.find((cluster) => cluster.name === name);
    if (seen === undefined || seen.targets.length === 0) {
      const finding = seen === undefined ? 'not seen by the app' : (seen.finding ?? 'nothing planned');
      const gate = seen?.isolated === false ? 'left alone' : '-';
      table.push([name, kubernetesVersion, '-', colors.dim(gate), '-', wrapWords(finding)]);
      continue;
    }
    for (const target of seen.targets) {
      const { decision, required, cached, missing, reasons } = target;
      const why =
        decision === 'unknown' ? wrapWords(reasons.join('; ')) : listMissing(missing.map(({ artifact }) => artifact));
      const gate = paintDecision(decision, colors);
      table.push([name, kubernetesVersion, target.kubernetesVersion, gate, `${cached}/${required}`, why]);
    }
  }
  return table.toString();
}

function fleetTable({ updateRuns, gates }: Snapshot, colors: Colors): string {
  const table = createTable(['update run', 'target', 'state', 'gate', 'stage', 'gate state'], colors);
  for (const one of updateRuns) {
    const own = gates.filter(({ run }) => run === one.name);
    const rows = own.length === 0 ? [{ displayName: '-', place: '-', state: '-' }] : own;
    for (const [index, gate] of rows.entries()) {
      const run = index === 0 ? [one.name, targetOf(one), paintState(one.state, colors)] : ['', '', ''];
      table.push([...run, gate.displayName, gate.place, paintState(gate.state, colors)]);
    }
  }
  return table.toString();
}

/** What the app says of gates that wait, or that it approved and nothing moves. */
function tellGates({ status }: Snapshot): readonly string[] {
  return (status?.fleetGates ?? [])
    .filter(({ action, reasons }) => action !== 'approved' || reasons.length > 1)
    .map(({ displayName, action, reasons }) => `gate ${displayName} (${action}): ${reasons.join('; ')}`);
}

function holdTable({ holds }: Snapshot, colors: Colors): string {
  const table = createTable(['cluster', 'maintenance', 'hold', 'entries in Azure', 'why'], colors);
  for (const { cluster, configuration, state, reason, entries } of holds)
    table.push([cluster, configuration, paintHold(state, colors), String(entries), wrapWords(reason ?? '')]);
  return table.toString();
}

function createTable(head: readonly string[], colors: Colors): InstanceType<typeof Table> {
  return new Table({ head: head.map((text) => colors.bold(text)), style: { head: [], border: [], compact: true } });
}

function listMissing(artifacts: readonly string[]): string {
  if (artifacts.length === 0) return 'nothing';
  const rest = artifacts.length - namedMissing;
  return [...artifacts.slice(0, namedMissing), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}

/** Sentences break at words; names of artifacts are never broken, so that they can be copied. */
function wrapWords(text: string): string {
  return text.replaceAll(new RegExp(`(.{1,${sentenceWidth}})(?: +|$)`, 'g'), '$1\n').trimEnd();
}

/** The one thing that this service exists to prevent. */
function upgradesTooEarly({ upgrades }: Snapshot): readonly string[] {
  return upgrades
    .filter(({ missing }) => missing.length > 0)
    .map(({ cluster, kubernetesVersion, missing }) => {
      return `${cluster} began to upgrade to ${kubernetesVersion} while its registry lacked ${missing.length} artifacts: ${listMissing(missing)}`;
    });
}

function renderOutcome({ elapsedSeconds }: Snapshot, differences: readonly Difference[], colors: Colors): string {
  const time = formatSeconds(elapsedSeconds);
  if (differences.length === 0) return colors.green(`The scenario ended as declared after ${time}.`);
  return [
    colors.red(`The scenario did not end as declared (${time}):`),
    ...differences.map(({ subject, expected, actual }) => `  ${subject}: expected ${expected}, is ${actual}`),
  ].join('\n');
}

import type { Scenario } from '../azure/scenario.js';
import type { Snapshot } from './snapshot.js';

type Expectations = Scenario['expect'];

/** One point in which a run does not stand as its scenario declares. */
export interface Difference {
  readonly subject: string;
  readonly expected: string;
  readonly actual: string;
}

/** Everything that differs now; empty when the scenario's `expect` holds. Pure. */
export function compare(expected: Expectations, snapshot: Snapshot): readonly Difference[] {
  return [
    ...expected.clusters.flatMap((cluster) => compareCluster(cluster, snapshot)),
    ...expected.updateRuns.flatMap(({ name, state }) =>
      differ(`update run ${name}`, state, snapshot.updateRuns.find((run) => run.name === name)?.state ?? 'NotStarted'),
    ),
    ...expected.gates.flatMap((gate) => compareGate(gate, snapshot)),
    ...(expected.events ?? []).flatMap((event) => compareEvents(event, snapshot)),
    ...(expected.policy ? comparePolicy(expected.policy, snapshot) : []),
    ...(expected.holds ?? []).flatMap((hold) => compareHold(hold, snapshot)),
  ];
}

/**
 * Seconds for which `expect` must hold before a run counts as ended: none where it describes an end that cannot be left, some
 * where it says that something stays shut, for a gate that opens too early must have its chance to do so.
 */
export function settleSeconds({ clusters, updateRuns, gates, holds = [] }: Expectations): number {
  const staysShut =
    clusters.some(({ targets }) => targets.some(({ decision }) => decision !== 'open')) ||
    updateRuns.some(({ state }) => state !== 'Completed') ||
    gates.some(({ state }) => state !== 'Completed') ||
    holds.some(({ state }) => state !== 'none');
  return staysShut ? 3 : 0;
}

function compareCluster(expected: Expectations['clusters'][number], snapshot: Snapshot): readonly Difference[] {
  const subject = `cluster ${expected.name}`;
  const version = snapshot.clusters.find(({ name }) => name === expected.name)?.kubernetesVersion ?? 'unknown';
  const seen = snapshot.status?.clusters.find(({ name }) => name === expected.name);
  const isolated = seen === undefined ? 'not seen by the app' : describeIsolation(seen.isolated);
  return [
    ...differ(`${subject}, Kubernetes version`, expected.kubernetesVersion, version),
    ...differ(subject, describeIsolation(expected.isolated), isolated),
    ...expected.targets.flatMap((target) => {
      const actual = seen?.targets.find(({ kubernetesVersion }) => kubernetesVersion === target.version);
      const gate = `${subject}, gate for ${target.version}`;
      const decisions = [
        ...differ(gate, target.decision, actual?.decision ?? 'not planned'),
        ...compareRisk(`${subject}, deadline of ${target.version}`, target.atRisk, actual?.deadline?.risk?.kind),
        ...compareEscaped(`${subject}, escaped at ${target.version}`, target.escaped, actual?.drift?.escaped),
      ];
      if (target.decision !== 'closed') return decisions;
      return [...decisions, ...compareNames(`${gate}, missing`, target.missing, actual?.missing ?? [])];
    }),
  ];
}

function compareGate(
  { displayName, state, told }: Expectations['gates'][number],
  { gates, status }: Snapshot,
): readonly Difference[] {
  const states = gates
    .filter((gate) => gate.displayName === displayName)
    .flatMap((gate) => differ(`gate ${displayName} (${gate.place})`, state, gate.state));
  if (told === undefined) return states;
  const own = (status?.fleetGates ?? []).filter((gate) => gate.displayName === displayName);
  const reasons = own.flatMap((gate) => gate.reasons);
  const subject = `gate ${displayName}, what the app says`;
  if (reasons.some((reason) => reason.includes(told))) return states;
  return [...states, { subject, expected: `"${told}"`, actual: reasons.join('; ') || 'nothing' }];
}

function compareRisk(subject: string, expected: boolean | undefined, risk: string | undefined): readonly Difference[] {
  if (expected === undefined) return [];
  return differ(subject, expected ? 'at risk' : 'in time', risk === undefined ? 'in time' : 'at risk');
}

function compareEvents(
  { type, cluster, count }: NonNullable<Expectations['events']>[number],
  { events }: Snapshot,
): readonly Difference[] {
  const found = events.filter(
    (event) => event.type === type && (cluster ?? nameOf(event.subject)) === nameOf(event.subject),
  );
  const subject = `events ${type}${cluster === undefined ? '' : ` of ${cluster}`}`;
  if (count !== undefined) return differ(subject, `${count}`, `${found.length}`);
  return found.length > 0 ? [] : [{ subject, expected: 'at least one', actual: 'none' }];
}

function nameOf(subject: string): string {
  return subject.split('/').at(-1) ?? subject;
}

function comparePolicy(
  { guarded, allowed }: NonNullable<Expectations['policy']>,
  { policy }: Snapshot,
): readonly Difference[] {
  const sorted = (texts: readonly string[] = []): string => [...texts].sort().join(', ') || 'nothing';
  return [
    ...differ('policy, guarded clusters', sorted(guarded), sorted(policy?.guarded)),
    ...differ('policy, allowed versions', sorted(allowed), sorted(policy?.allowed)),
  ];
}

function compareHold(expected: NonNullable<Expectations['holds']>[number], { holds }: Snapshot): readonly Difference[] {
  const { cluster, configuration, state, entries } = expected;
  const actual = holds.find((hold) => hold.cluster === cluster && hold.configuration === configuration);
  const subject = `cluster ${cluster}, maintenance ${configuration}`;
  const count = (entriesOf: number) => `${entriesOf} entries`;
  return [
    ...differ(subject, state, actual?.state ?? 'none'),
    ...(entries === undefined ? [] : differ(`${subject} in Azure`, count(entries), count(actual?.entries ?? 0))),
  ];
}

function compareEscaped(
  subject: string,
  expected: number | undefined,
  actual: number | undefined,
): readonly Difference[] {
  if (expected === undefined) return [];
  return differ(subject, `${expected} artifacts`, actual === undefined ? 'not measured' : `${actual} artifacts`);
}

function differ(subject: string, expected: string, actual: string): readonly Difference[] {
  return expected === actual ? [] : [{ subject, expected, actual }];
}

function describeIsolation(isolated: boolean): string {
  return isolated ? 'network isolated' : 'left alone';
}

function compareNames(
  subject: string,
  expected: readonly string[],
  missing: readonly { readonly artifact: string }[],
): readonly Difference[] {
  const wanted = [...expected].sort();
  const actual = missing.map(({ artifact }) => artifact).sort();
  const isSame = wanted.length === actual.length && wanted.every((name, index) => name === actual[index]);
  return isSame ? [] : [{ subject, expected: listNames(wanted), actual: listNames(actual) }];
}

function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}

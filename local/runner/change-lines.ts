import { formatSeconds, registryName } from './progress-block.js';
import { countEvents, isHoldNews, type Snapshot } from './snapshot.js';

/** What a snapshot says, one short text per subject; where a subject's text differs from the last one shown, something changed. */
export function describeSubjects(snapshot: Snapshot): ReadonlyMap<string, string> {
  const subjects = new Map<string, string>();
  for (const { loginServer, required, cached, failed } of snapshot.status?.registries ?? []) {
    const failures = failed === 0 ? '' : `, ${failed} failed`;
    subjects.set(`registry ${registryName(loginServer, snapshot)}`, `${cached}/${required} cached${failures}`);
  }
  for (const { name, isolated, targets } of snapshot.status?.clusters ?? []) {
    if (!isolated) subjects.set(`cluster ${name}`, 'left alone');
    for (const target of targets) subjects.set(`cluster ${name} -> ${target.kubernetesVersion}`, target.decision);
  }
  for (const { name, kubernetesVersion } of snapshot.clusters) subjects.set(`nodes of ${name}`, kubernetesVersion);
  for (const { name, state } of snapshot.updateRuns) subjects.set(`update run ${name}`, state);
  for (const { displayName, place, state } of snapshot.gates) subjects.set(`gate ${displayName} (${place})`, state);
  if (snapshot.events.length > 0) subjects.set('events', countEvents(snapshot.events));
  for (const { cluster, configuration, state } of snapshot.holds.filter(isHoldNews))
    subjects.set(`maintenance ${configuration} of ${cluster}`, state === 'none' ? 'not held' : state);
  for (const { source, subject, reason } of snapshot.status?.problems ?? [])
    subjects.set(`${source} ${subject}`, reason);
  return subjects;
}

/** One line of all subjects that changed, or undefined when none did. Pure. */
export function describeChange(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
  elapsedSeconds: number,
): string | undefined {
  const changed = [...now].filter(([subject, text]) => before.get(subject) !== text);
  if (changed.length === 0) return undefined;
  return `${formatSeconds(elapsedSeconds)}  ${changed.map(([subject, text]) => `${subject}: ${text}`).join('; ')}`;
}

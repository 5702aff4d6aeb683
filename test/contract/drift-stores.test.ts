import type { TokenCredential } from '@azure/core-auth';
import { startStorage, type LocalStorage } from '../../local/storage.js';
import { Storage } from '../../shared/azure/storage.js';
import { TableDriftReports } from '../../shared/azure/table-drift.js';
import { TableObserved } from '../../shared/azure/table-observed.js';
import type { DriftReports } from '../../shared/drift/ports.js';
import type { DriftReport } from '../../shared/drift/report.js';
import type { ObservedArtifact } from '../../shared/requirements/observed.js';
import type { ObservedArtifacts } from '../../shared/requirements/ports.js';
import { before, clusterId, coredns, hours, now, pause, target, version } from '../support/builders.js';
import { digestOf } from '../support/fakes/fake-manifests.js';
import { MemoryDriftReports, MemoryObserved } from '../support/fakes/memory-drift.js';

let local: LocalStorage;
let storage: Storage;

beforeAll(async () => {
  local = await startStorage();
  const noCredential = (): TokenCredential => ({ getToken: async () => null });
  storage = new Storage({ kind: 'connection-string', connectionString: local.connectionString }, noCredential);
  await storage.ensure();
});
afterAll(() => local.close());

function fact(changes: Partial<ObservedArtifact> = {}): ObservedArtifact {
  const seen = { kubernetesVersion: target, cluster: 'first', features: ['a b', 'c'] };
  return { ...coredns, ...seen, firstSeen: before(hours(2)), lastSeen: now, ...changes };
}

describe.each([
  ['in memory', (): ObservedArtifacts => new MemoryObserved()],
  ['in a table', (): ObservedArtifacts => new TableObserved(storage.table('syncObserved'))],
])('what was observed, kept %s', (_where, create) => {
  let observed: ObservedArtifacts;
  beforeAll(() => void (observed = create()));

  test('is nothing at first', async () => {
    expect(await observed.get('1.35')).toEqual({ facts: [], etag: undefined });
  });

  test('is read as it was written, minor by minor', async () => {
    expect(await observed.save('1.35', [fact()], undefined)).toBe(true);
    expect((await observed.get('1.35')).facts).toEqual([fact()]);
    expect((await observed.get('1.34')).facts).toEqual([]);
  });

  test('is replaced by whoever read it last', async () => {
    const { etag } = await observed.get('1.35');
    expect(await observed.save('1.35', [fact(pause)], etag)).toBe(true);
    expect(await observed.save('1.35', [], etag)).toBe(false);
    expect(await observed.save('1.35', [], undefined)).toBe(false);
    expect((await observed.get('1.35')).facts).toEqual([fact(pause)]);
  });

  test('fits at its bound', async () => {
    const features = Array.from({ length: 200 }, (_unused, index) => `addonprofiles.some-add-on-${index}`);
    const facts = Array.from({ length: 200 }, (_unused, index) => fact({ tag: `v1.0.${index}`, features }));
    expect(await observed.save('1.36', facts, undefined)).toBe(true);
    expect((await observed.get('1.36')).facts).toEqual(facts);
  });
});

function report(changes: Partial<DriftReport> = {}): DriftReport {
  const pulled = { ...pause, at: now, evidence: 'log' } as const;
  return {
    clusterId: clusterId(),
    kubernetesVersion: target,
    since: before(hours(24)),
    firstMeasuredAt: before(hours(2)),
    measuredAt: now,
    sources: { inventory: { state: 'read' }, log: { state: 'failed', reason: 'LOGS_FORBIDDEN: 403' } },
    predicted: 3,
    pulled: 1,
    escaped: [pulled, { repository: 'oss/calico/node', digest: digestOf('calico'), at: now, evidence: 'log' }],
    foreign: [],
    idle: [coredns],
    ...changes,
  };
}

describe.each([
  ['in memory', (): DriftReports => new MemoryDriftReports()],
  ['in a table', (): DriftReports => new TableDriftReports(storage.table('syncDrift'))],
])('reports of drift, kept %s', (_where, create) => {
  let reports: DriftReports;
  beforeAll(() => void (reports = create()));

  test('are read as they were written, in whatever case the id of the cluster is asked for', async () => {
    expect(await reports.get(clusterId(), target)).toBeUndefined();
    await reports.save(report());
    expect(await reports.get(clusterId().toUpperCase(), target)).toEqual(report());
  });

  test('say nothing of what is idle where they never did', async () => {
    const { idle: _idle, pulled: _pulled, ...rest } = report({ kubernetesVersion: version('1.34.7') });
    await reports.save(rest);
    expect(await reports.get(clusterId(), version('1.34.7'))).toEqual(rest);
  });

  test('replace the one before, of the same cluster and version', async () => {
    await reports.save(report({ escaped: [] }));
    expect((await reports.get(clusterId(), target))?.escaped).toEqual([]);
    expect(await reports.list()).toHaveLength(2);
  });

  test('go with their cluster', async () => {
    await reports.save(report({ clusterId: clusterId('two') }));
    await reports.remove(clusterId());
    expect((await reports.list()).map((one) => one.clusterId)).toEqual([clusterId('two')]);
    await reports.remove(clusterId());
  });
});

import { formatAge, judgeStatus } from '../../../shared/app/verdict.js';
import type { FleetGateStatus, OutageStatus, Status } from '../../../shared/gate/status/status.js';
import type { TargetStatus } from '../../../shared/gate/status/target-status.js';
import { bundledOnly } from '../../support/catalog/idle-catalog.js';

const now = '2026-11-23T12:00:00.000Z';
const planned = { plannedAt: '2026-11-23T11:00:00.000Z' };
const recently = '2026-11-23T11:30:00.000Z';

function target(change: Partial<TargetStatus>): TargetStatus {
  const open = { decision: 'open', required: 3, cached: 3, missing: [], reasons: [] } as const;
  return { kubernetesVersion: '1.35.7', current: false, ...open, ...change };
}

function statusOf(targets: readonly TargetStatus[], change: Partial<Status> = {}): Status {
  const cluster = { id: '/c1', name: 'shop', kubernetesVersion: '1.34.10', isolated: true, targets };
  const nothing = { registries: [], fleetGates: [], outages: [], poison: [], problems: [], catalog: bundledOnly };
  const untouched = { breakGlasses: [], changes: [] };
  return { version: '1', mode: 'enforce', evaluatedAt: now, clusters: [cluster], ...nothing, ...untouched, ...change };
}

const waiting = { artifact: 'a/b:c', state: 'waiting', reason: '1 of 1 manifests not cached yet' } as const;
const failed = { artifact: 'a/b:d', state: 'failed', reason: 'MANIFEST_UNKNOWN' } as const;
const outage: OutageStatus = {
  loginServer: 'acr.azurecr.io',
  side: 'registry',
  what: 'REGISTRY_UNAVAILABLE: 503',
  since: recently,
  lastProbe: now,
};
const fleetGate = (action: FleetGateStatus['action']): FleetGateStatus => ({
  ...{ id: '/g1', displayName: 'artifact-sync', updateRun: '/run', stage: 'canary', action },
  ...{ reasons: [], recordedAt: now },
});
const closed = target({ decision: 'closed', missing: [waiting], reasons: ['1 of 3'], ...planned, decidedAt: recently });

test.each([
  ['all is open', statusOf([target({})]), 'calm', 'All gates are open'],
  [
    'the version that runs is unknown, for which no upgrade waits',
    statusOf([target({}), target({ current: true, decision: 'unknown', reasons: ['x'], ...planned })]),
    'calm',
    'All gates are open',
  ],
  [
    'nothing is planned but the version that runs',
    statusOf([target({ current: true })]),
    'calm',
    'No upgrade is planned for any cluster',
  ],
  ['nothing is planned', statusOf([]), 'calm', 'No upgrade is planned for any cluster'],
  ['artifacts are on their way', statusOf([target({}), closed]), 'working', '1 of 2 gates open, warming goes on'],
  [
    'planning has not finished',
    statusOf([target({ decision: 'unknown', reasons: ['planning has not finished yet'] })]),
    'working',
    '0 of 1 gates open, warming goes on',
  ],
  [
    'a Fleet gate waits, though all is open',
    statusOf([target({})], { fleetGates: [fleetGate('waiting'), fleetGate('approved')] }),
    'working',
    '1 of 1 gates open, 1 Fleet gate waits',
  ],
  [
    'a registry fails, though all is open still',
    statusOf([target({})], { outages: [outage] }),
    'working',
    '1 of 1 gates open, acr.azurecr.io: REGISTRY_UNAVAILABLE: 503',
  ],
])('nobody has to look when %s', (_sentence, status, urgency, headline) => {
  expect(judgeStatus(status)).toEqual({ urgency, headline, concerns: [] });
});

test.each([
  [
    'an artifact failed for good',
    statusOf([{ ...closed, missing: [failed] }]),
    'shop to 1.35.7: 1 artifact failed for good',
  ],
  [
    'an artifact of the version that runs failed for good',
    statusOf([{ ...closed, current: true, missing: [failed] }]),
    'shop at 1.35.7: 1 artifact failed for good',
  ],
  [
    'a planned gate is unknown',
    statusOf([target({ decision: 'unknown', reasons: ['unresolved: x'], ...planned })]),
    'shop to 1.35.7: unknown, unresolved: x',
  ],
  [
    'a gate is closed for longer than registries were seen to take',
    statusOf([{ ...closed, decidedAt: '2026-11-23T10:00:00.000Z' }]),
    'shop to 1.35.7: closed for 2 h',
  ],
  [
    'something came in that was no input',
    statusOf([target({})], { problems: [{ at: recently, source: 'queue warm', subject: '', reason: 'bad' }] }),
    '1 problem in the last 24 hours, listed below',
  ],
])('somebody has to look when %s', (_sentence, status, concern) => {
  const { urgency, headline, concerns } = judgeStatus(status);
  expect([urgency, concerns]).toEqual(['look', [concern]]);
  expect(headline).toMatch(/^Needs a look: \d of [01] gates open$/);
});

test('a problem of last week calls nobody', () => {
  const problems = [{ at: '2026-11-16T12:00:00.000Z', source: 'queue warm', subject: '', reason: 'bad' }];
  expect(judgeStatus(statusOf([target({})], { problems })).urgency).toBe('calm');
});

test.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [47 * 3_600_000, '47 h'],
  [48 * 3_600_000, '2 d'],
])('%d ms are told as %s', (milliseconds, text) => expect(formatAge(milliseconds)).toBe(text));

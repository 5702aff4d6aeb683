import { readFileSync, readdirSync } from 'node:fs';
import { healthOf } from '../../../shared/app/health.js';
import { describeEvent } from '../../../shared/app/tell-catalog.js';
import type { Status } from '../../../shared/gate/status/status.js';
import type { TargetStatus } from '../../../shared/gate/status/target-status.js';

const quiet: Status = {
  version: '1.0.0',
  mode: 'observe',
  evaluatedAt: '2026-11-20T12:00:00.000Z',
  registries: [],
  clusters: [],
  fleetGates: [],
  outages: [],
  poison: [],
  catalog: { sources: [{ name: 'bundled', state: 'fresh', detail: '' }], overrides: { state: 'none' } },
  problems: [],
} as unknown as Status;

const none = {
  clusters: 0,
  targets: 0,
  gatesShut: 0,
  longestShutMinutes: 0,
  failedArtifacts: 0,
  outages: 0,
  poison: 0,
  staleSources: 0,
};

const target = (fields: Partial<TargetStatus>): TargetStatus => ({
  kubernetesVersion: '1.35.7',
  current: false,
  decision: 'closed',
  required: 10,
  cached: 5,
  missing: [],
  reasons: [],
  ...fields,
});

const withTargets = (...targets: readonly TargetStatus[]): Partial<Status> => ({
  clusters: [{ id: 'id', name: 'one', kubernetesVersion: '1.34.10', isolated: true, targets }],
});

test.each<[string, Partial<Status>, object]>([
  ['is all zeros while nothing happens', {}, {}],
  [
    'tells how long the longest gate is shut',
    withTargets(target({ decidedAt: '2026-11-20T11:00:00Z' }), target({ decidedAt: '2026-11-20T08:00:00Z' })),
    { clusters: 1, targets: 2, gatesShut: 2, longestShutMinutes: 240 },
  ],
  [
    'counts an unknown gate as shut, and from its first judgement on',
    withTargets(target({ decision: 'unknown' })),
    { clusters: 1, targets: 1, gatesShut: 1 },
  ],
  [
    'does not count an open gate, nor the version that the cluster runs',
    withTargets(target({ decision: 'open' }), target({ current: true })),
    { clusters: 1, targets: 2 },
  ],
  [
    'sums failed artifacts of all registries',
    { registries: [1, 2].map((failed) => ({ loginServer: 'r', required: 9, cached: 0, failed, waiting: 0 })) },
    { failedArtifacts: 3 },
  ],
  [
    'counts poison of the last day that was not replayed',
    {
      poison: [
        { id: 'a', queue: 'warm', reason: '', at: '2026-11-20T11:00:00Z' },
        { id: 'b', queue: 'warm', reason: '', at: '2026-11-20T11:00:00Z', replayedAt: '2026-11-20T11:30:00Z' },
        { id: 'c', queue: 'warm', reason: '', at: '2026-11-18T11:00:00Z' },
      ],
    },
    { poison: 1 },
  ],
  [
    'counts sources that are stale or fail, not those switched off',
    {
      catalog: {
        ...quiet.catalog,
        sources: (['stale', 'failed', 'disabled', 'fresh'] as const).map((state) => ({
          name: 'agentbaker',
          state,
          detail: '',
        })),
      },
    },
    { staleSources: 2 },
  ],
])('the health line %s', (_sentence, status, expected) => {
  expect(healthOf({ ...quiet, ...status })).toEqual({ ...none, ...expected });
});

test('alerts and workbook read fields that the health line has', () => {
  const texts = ['infra/modules/alerts.bicep', 'infra/workbook.json'].map((path) => readFileSync(path, 'utf8')).join();
  const read = [...texts.matchAll(/\bhealth\.(\w+)/g)].map(([, field]) => field);
  expect(read.length).toBeGreaterThan(4);
  expect([...new Set(read)].filter((field) => !(String(field) in none))).toEqual([]);
});

test('alerts and workbook look for lines that functions write', () => {
  const queries = ['infra/modules/alerts.bicep', 'infra/workbook.json']
    .map((path) => readFileSync(path, 'utf8'))
    .join();
  const wanted = new Set([...queries.matchAll(/Message startswith \\?"([^"\\]+)/g)].map(([, beginning]) => beginning));
  expect([...wanted].sort()).toEqual(['catalogue source ', 'health: ', 'reconcile: ', 'reconciled: ']);
  const functions = readdirSync('functions')
    .map((name) => readFileSync(`functions/${name}`, 'utf8'))
    .join();
  for (const beginning of wanted) expect(functions).toContain(`\`${beginning}$`);

  const event = {
    id: '1',
    type: 'DeadlineAtRisk',
    source: 'urn:x',
    subject: 'x',
    time: '2026-11-23T00:00:00Z',
    data: {},
  } as const;
  const line = describeEvent(event);
  const [, phrase = ''] = /Message has "([^"]+)"/.exec(queries) ?? [];
  expect(line.startsWith(`${phrase} `)).toBe(true);
});

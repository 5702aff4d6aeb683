import { namePulls, pullName, type PullEvidence } from '../../../shared/drift/name-pulls.js';
import { identitiesOf, windowOf } from '../../../shared/drift/running-cluster.js';
import type { DriftReport } from '../../../shared/drift/report.js';
import { upstreamRepository } from '../../../shared/model/registry.js';
import { before, clusterOf, coredns, hours, newLayout, now, pause, stateOf, version } from '../../support/builders.js';
import { digestOf } from '../../support/fakes/fake-manifests.js';

const cached = `aks-managed-repository/${coredns.repository}`;
const upstreamOf = (repository: string) => upstreamRepository([newLayout], 'mcr.microsoft.com', repository);

function name(evidence: Partial<PullEvidence>): readonly string[] {
  const pulls = namePulls({ events: [], inventory: [], states: [], upstreamOf, since: before(hours(24)), ...evidence });
  return pulls.map((pull) => `${pullName(pull)} ${pull.evidence}`);
}

test('a pull by tag has the name that MAR gives it', () => {
  expect(name({ events: [{ repository: cached, tag: coredns.tag, lastAt: now }] })).toEqual([
    'oss/v2/kubernetes/coredns:v1.13.1-6 log',
  ]);
});

test("a repository that no cache rule fills is the customer's own", () => {
  const inventory = [{ repository: 'team/app', tag: 'v1', digest: digestOf('a'), createdAt: now }];
  expect(name({ events: [{ repository: 'team/app', tag: 'v1', lastAt: now }], inventory })).toEqual([]);
});

test('a pull by digest, of an index or of one of its children, has the tags that were warmed at it', () => {
  const state = stateOf(coredns);
  for (const digest of [state.digest, state.children[1]!])
    expect(name({ events: [{ repository: cached, digest, lastAt: now }], states: [state] })).toEqual([
      'oss/v2/kubernetes/coredns:v1.13.1-6 log',
    ]);
});

test('a pull by a digest that the registry has a tag for has that tag', () => {
  const digest = digestOf('x');
  const inventory = [{ repository: cached, tag: 'v9', digest, createdAt: before(hours(900)) }];
  expect(name({ events: [{ repository: cached, digest, lastAt: now }], inventory })).toEqual([
    'oss/v2/kubernetes/coredns:v9 log',
  ]);
});

test('a digest that nobody knows is told as such, unless its repository has named pulls: it is a part of those then', () => {
  const digest = digestOf('child');
  const event = { repository: cached, digest, lastAt: now };
  expect(name({ events: [event] })).toEqual([`oss/v2/kubernetes/coredns@${digest} log`]);
  expect(name({ events: [event, { repository: cached, tag: 'v9', lastAt: now }] })).toEqual([
    'oss/v2/kubernetes/coredns:v9 log',
  ]);
});

test('the log tells more than the inventory, and what came before the window tells nothing', () => {
  const held = { repository: cached, tag: 'v9', digest: digestOf('x'), createdAt: now };
  expect(name({ inventory: [held] })).toEqual(['oss/v2/kubernetes/coredns:v9 inventory']);
  expect(name({ inventory: [held], events: [{ repository: cached, tag: 'v9', lastAt: before(hours(1)) }] })).toEqual([
    'oss/v2/kubernetes/coredns:v9 log',
  ]);
  expect(name({ inventory: [{ ...held, createdAt: before(hours(25)) }], events: undefined })).toEqual([]);
});

test.each([
  ['the new layout', 'aks-managed-repository/*', 'aks-managed-repository/oss/a', 'oss/a'],
  ['the old layout', '/*', 'oss/a', 'oss/a'],
  ['nothing under the target', 'aks-managed-repository/*', 'aks-managed-repository/', undefined],
  ['another repository', 'aks-managed-repository/*', 'team/app', undefined],
])('%s leads back to MAR', (_what, targetRepository, repository, upstream) => {
  const rules = [{ ...newLayout, targetRepository }];
  expect(upstreamRepository(rules, 'mcr.microsoft.com', repository)).toBe(upstream);
});

test('a rule of one repository leads back to it, a rule of another registry does not', () => {
  const one = { name: 'one', sourceRepository: 'mcr.microsoft.com/oss/a', targetRepository: 'copies/a' };
  const other = { name: 'other', sourceRepository: 'docker.io/library/*', targetRepository: 'hub/*' };
  expect(upstreamRepository([other, one], 'mcr.microsoft.com', 'copies/a')).toBe('oss/a');
  expect(upstreamRepository([other, one], 'mcr.microsoft.com', 'hub/redis')).toBeUndefined();
});

describe('the window of a cluster', () => {
  const policy = { firstLookBackMs: hours(7 * 24), longestWindowMs: hours(30 * 24) };
  const cluster = clusterOf();
  const report = (kubernetesVersion: string, sinceHours: number, measuredHours: number) =>
    ({
      kubernetesVersion: version(kubernetesVersion),
      since: before(hours(sinceHours)),
      firstMeasuredAt: before(hours(measuredHours)),
      measuredAt: before(hours(measuredHours)),
    }) as DriftReport;

  test.each([
    ['begins a week ago for a cluster that was never looked at', [], 7 * 24, 0],
    ['stays where it began', [report('1.34.7', 48, 24)], 48, 24],
    ['begins with the last look at the version before', [report('1.33.1', 400, 24), report('1.33.2', 90, 30)], 24, 0],
    ['is never longer than the log', [report('1.34.7', 900, 700)], 30 * 24, 700],
  ])('%s', (_sentence, reports, sinceHours, firstHours) => {
    expect(windowOf({ cluster, reports }, now, policy)).toEqual({
      since: before(hours(sinceHours)),
      firstMeasuredAt: before(hours(firstHours)),
    });
  });

  test('the kubelet identity tells whose pulls they are', () => {
    const kubeletidentity = { objectId: 'ABC', clientId: 'def', resourceId: 'x' };
    expect(identitiesOf({ properties: { identityProfile: { kubeletidentity } } })).toEqual(['abc', 'def']);
    expect(identitiesOf({ properties: { identityProfile: ['x'] } })).toEqual([]);
  });
});

test('what is pulled of another artifact is not confused with it', () => {
  const states = [stateOf(coredns), stateOf(pause)];
  const repository = `aks-managed-repository/${pause.repository}`;
  expect(name({ events: [{ repository, digest: stateOf(pause).digest, lastAt: now }], states })).toEqual([
    'oss/v2/kubernetes/pause:3.10.1 log',
  ]);
});

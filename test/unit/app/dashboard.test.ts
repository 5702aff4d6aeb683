import { renderDashboard } from '../../../shared/app/dashboard.js';
import { describeStatus, type StatusInput } from '../../../shared/gate/status/status.js';
import { before, coredns, minutes, now, pause, planOf, setOf, stateOf } from '../../support/builders.js';
import { indexOf, statusInput } from '../../support/status-input.js';

const plan = planOf(setOf(coredns, pause), {
  strategies: { [coredns.repository]: 'pull-through', [pause.repository]: 'import' },
});
const failed = stateOf(pause, { phase: 'failed', reason: 'IMPORT_REFUSED: 400', failureClass: 'permanent' });

/** The page of one cluster with one target, as words: markup and its spaces are left out. */
function page(changes: Partial<StatusInput> = {}): string {
  const input = statusInput({
    targets: [{ ...plan, requestedAt: now, planned: plan }],
    states: new Map([[plan.registry, indexOf(failed)]]),
    ...changes,
  });
  return renderDashboard(describeStatus(input))
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('in ordinary times nothing is said of outages and of what was given up', () => {
  expect(page()).not.toMatch(/Outages|given up/);
});

test('an outage says who fails, since when, with what, and when it was tried last', () => {
  const outage = { registry: plan.registry, loginServer: 'acr.azurecr.io', code: 'UPSTREAM_UNAVAILABLE' } as const;
  const times = { since: before(minutes(20)), lastProbe: before(minutes(1)) };
  const outages = [{ ...outage, ...times, side: 'upstream', reason: 'UPSTREAM_UNAVAILABLE: 502 <b>' }] as const;
  expect(page({ outages })).toMatch(
    /Outages .*acr\.azurecr\.io what it gets from MAR fails 20 min ago UPSTREAM_UNAVAILABLE: 502 &#60;b&#62;; last tried 1 min ago, goes on by itself/,
  );
});

test('a throttled budget says which, how much is left of it, and until when it rests', () => {
  const throttled = [
    { registry: 'acr.azurecr.io', operation: 'manifest-read', percent: 50, pausedUntil: now.toISOString() },
  ] as const;
  expect(page({ throttled })).toMatch(/throttles manifest-read 50 % of our share, nothing before \d{4}-/);
});

test('a missing artifact tells the class of its failure, and a target what is imported', () => {
  expect(page()).toMatch(/failed \(permanent\): IMPORT_REFUSED: 400/);
  expect(page()).toContain('1 of 2 imported by Azure, as no cache rule covers them');
});

test('messages that were given up on are counted, with the command for them', () => {
  const message = { id: 'a', queue: 'warm', message: '{}', reason: 'x', at: now } as const;
  const poison = [message, { ...message, id: 'b', replayedAt: now }];
  expect(page({ poison })).toContain(
    '1 message was given up on: aks-artifact-sync replay --all has it worked on again.',
  );
});

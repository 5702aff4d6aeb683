import type { Targets } from '../../shared/warming/ports.js';
import {
  before,
  clusterId,
  coredns,
  minutes,
  now,
  pause,
  planOf,
  requirement,
  target,
  version,
} from '../support/builders.js';

/** What every store of targets does. @param open an empty store */
export function targetsContract(open: () => Promise<Targets>): void {
  let targets: Targets;
  beforeEach(async () => {
    targets = await open();
  });
  const ref = { clusterId: clusterId(), kubernetesVersion: target };
  const set = {
    artifacts: [requirement(coredns), { ...requirement(pause), baked: ['AKSUbuntu-2204/202607.02.0'] }],
    unresolved: [
      { component: 'calico', reason: 'pulled by digest' },
      { component: 'x', version: '1', reason: '"quoted" <ä>', candidates: [{ repository: 'oss/x', tag: '1' }] },
    ],
    findings: [{ code: 'windows-pool', subject: 'win', message: 'not served', effect: 'unknown' as const }],
  };
  const failure = { ...ref, reason: 'ARM_FORBIDDEN: 403', at: now, effect: 'plan-stays' } as const;
  const read = async () => await targets.get(clusterId(), target);

  test('a target that was asked for is there, unplanned, and asking again changes nothing', async () => {
    expect(await read()).toBeUndefined();
    await targets.request(ref, before(minutes(1)));
    await targets.request(ref, now);
    expect(await read()).toEqual({ ...ref, requestedAt: before(minutes(1)) });
    expect(await targets.list()).toEqual([{ ...ref, requestedAt: before(minutes(1)) }]);
  });

  test('has a revision that changes with the record, and with nothing else', async () => {
    const revision = async () => await targets.revision(clusterId().toUpperCase(), target);
    expect(await revision()).toBeUndefined();
    await targets.request(ref, now);
    const asked = await revision();
    expect([typeof asked, await revision()]).toEqual(['string', asked]);
    await targets.savePlan(planOf(set));
    const planned = await revision();
    await targets.saveFailure(failure);
    expect(new Set([asked, planned, await revision()]).size).toBe(3);
    await targets.remove(ref);
    expect(await revision()).toBeUndefined();
  });

  test('asking for a target that is planned leaves its plan', async () => {
    await targets.savePlan(planOf(set));
    await targets.request(ref, now);
    expect((await read())?.planned).toEqual(planOf(set));
  });

  test('gives back a plan, every field, however the id of the cluster is spelled', async () => {
    await targets.request(ref, now);
    await targets.savePlan(planOf(set));
    expect((await read())?.planned).toEqual(planOf(set));
    expect((await targets.get(clusterId().toUpperCase(), target))?.planned).toEqual(planOf(set));
    expect((await targets.list()).map(({ planned }) => planned)).toEqual([planOf(set)]);
  });

  test('a newer plan replaces an older one, and not the other way round', async () => {
    const probes = [{ repository: 'oss/x', tag: '1', found: false, at: now }];
    const strategies = { [coredns.repository]: 'pull-through', [pause.repository]: 'import' } as const;
    const newer = planOf(set, { plannedAt: now, factsHash: 'newer', probes, strategies });
    await targets.savePlan(planOf(set));
    await targets.savePlan(newer);
    await targets.savePlan(planOf(set));
    expect((await read())?.planned).toEqual(newer);
  });

  test('a plan that a wrong clock dated ahead gives way to the next; one within the skew of clocks stays', async () => {
    await targets.savePlan(planOf(set, { plannedAt: before(-minutes(6)), factsHash: 'of a wrong clock' }));
    await targets.savePlan(planOf(set, { plannedAt: now, factsHash: 'right' }));
    expect((await read())?.planned?.factsHash).toBe('right');
    await targets.savePlan(planOf(set, { plannedAt: before(-minutes(4)), factsHash: 'of a fast clock' }));
    await targets.savePlan(planOf(set, { plannedAt: now, factsHash: 'right' }));
    expect((await read())?.planned?.factsHash).toBe('of a fast clock');
  });

  test('keeps the earliest deadline that is ahead, through plans and failures', async () => {
    const deadline = async () => (await read())?.neededBy;
    await targets.request(ref, now, before(-minutes(60)));
    await targets.request(ref, now);
    await targets.request(ref, now, before(-minutes(90)));
    expect(await deadline()).toEqual(before(-minutes(60)));
    await targets.savePlan(planOf(set, { plannedAt: now }));
    await targets.saveFailure(failure);
    await targets.request({ ...ref, clusterId: clusterId().toUpperCase() }, now, before(-minutes(30)));
    expect(await deadline()).toEqual(before(-minutes(30)));
    expect((await targets.list()).map(({ neededBy }) => neededBy)).toEqual([before(-minutes(30))]);
  });

  test('a deadline that has passed gives way to a later one, and does not come back', async () => {
    const later = before(-minutes(45));
    await targets.request(ref, now, before(-minutes(30)));
    await targets.request(ref, later, before(-minutes(90)));
    await targets.request(ref, later, before(-minutes(30)));
    expect((await read())?.neededBy).toEqual(before(-minutes(90)));
  });

  test('a failure stays beside the plan of before, until the next plan', async () => {
    await targets.savePlan(planOf(set));
    await targets.saveFailure(failure);
    expect(await read()).toMatchObject({ planned: { factsHash: 'facts' }, failure });
    await targets.savePlan(planOf(set, { plannedAt: now }));
    expect(await read()).not.toHaveProperty('failure');
  });

  test('a failure of a target that nobody asked for is kept all the same', async () => {
    await targets.saveFailure(failure);
    expect(await read()).toEqual({ ...ref, requestedAt: now, failure });
  });

  test('a plan that is wrong stays wrong, whatever fails after, until the next plan', async () => {
    await targets.savePlan(planOf(set));
    await targets.saveFailure({ ...failure, effect: 'plan-wrong' });
    await targets.saveFailure({ ...failure, reason: 'later' });
    expect((await read())?.failure).toMatchObject({ effect: 'plan-wrong', reason: 'later' });
    await targets.savePlan(planOf(set, { plannedAt: now, factsHash: 'other' }));
    expect(await read()).not.toHaveProperty('failure');
  });

  test('a plan of the facts that were denounced, begun before, is as wrong; one of other facts, or begun well after, is not', async () => {
    const wrong = { ...failure, effect: 'plan-wrong' } as const;
    const effect = async () => (await read())?.failure?.effect;
    await targets.savePlan(planOf(set));
    await targets.saveFailure(wrong);
    await targets.savePlan(planOf(set, { plannedAt: before(minutes(1)) }));
    expect([(await read())?.planned?.plannedAt, await read()]).toMatchObject([before(minutes(1)), { failure: wrong }]);
    await targets.savePlan(planOf(set, { plannedAt: now, factsHash: 'other' }));
    expect(await effect()).toBeUndefined();
    await targets.saveFailure(wrong);
    await targets.savePlan(planOf(set, { plannedAt: before(-minutes(6)), factsHash: 'other' }));
    expect(await effect()).toBeUndefined();
  });

  test('what is removed is gone, also when it is removed twice', async () => {
    await targets.savePlan(planOf(set));
    await targets.remove({ ...ref, clusterId: clusterId().toUpperCase() });
    await targets.remove(ref);
    expect([await read(), await targets.list()]).toEqual([undefined, []]);
  });

  test('versions and clusters do not mix', async () => {
    await targets.savePlan(planOf(set));
    await targets.request({ clusterId: clusterId('two'), kubernetesVersion: target }, now);
    await targets.request({ ...ref, kubernetesVersion: version('1.34.9') }, now);
    expect(await targets.list()).toHaveLength(3);
    expect((await targets.get(clusterId(), version('1.34.9')))?.planned).toBeUndefined();
  });

  test('holds a plan of two thousand artifacts', async () => {
    const artifacts = Array.from({ length: 2000 }, (_unused, index) =>
      requirement({ repository: `oss/r${index}`, tag: `v${index * 7919}` }),
    );
    const large = planOf({ artifacts, unresolved: [], findings: [] });
    await targets.savePlan(large);
    expect((await read())?.planned).toEqual(large);
  });
}

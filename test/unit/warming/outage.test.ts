import { SyncError, type FailureCode } from '../../../shared/model/errors.js';
import { noteReached } from '../../../shared/warming/note-looks.js';
import { describeOutage, isCurrent, outageOf } from '../../../shared/warming/outage-record.js';
import { Outages } from '../../../shared/warming/outages.js';
import { afterFailure, healthy, outagePolicy, permitOf } from '../../../shared/warming/outage.js';
import type { Outcome } from '../../../shared/warming/steps.js';
import { before, coredns, minutes, now, provenState, stateOf } from '../../support/builders.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { memoryOutagePorts, MemoryOutages } from '../../support/fakes/memory-outages.js';

const failure = (code: FailureCode): Outcome => ({ kind: 'failure', error: new SyncError(code, 'GET x') });
const artifact = (index: number) => stateOf({ ...coredns, tag: `v${index}` });
const cached: Outcome = { kind: 'cached', proof: 'deep' };

function arrange() {
  const clock = new FakeClock();
  const ports = memoryOutagePorts();
  const outages = new Outages(ports, clock.now);
  const list = async () => [
    ...[...(await ports.registryProofs.list()).values()].flatMap((proof) => outageOf(proof) ?? []),
    ...(await ports.outageRecords.list()),
  ];
  const failMany = async (code: FailureCode, count: number = outagePolicy.failuresForOutage) => {
    for (let index = 0; index < count; index += 1) await outages.tell(artifact(index), failure(code));
  };
  return { clock, ...ports, list, outages, failMany };
}

test('one artifact that fails for an hour is no outage, six different ones in a row are', () => {
  const one = { artifact: 'a', code: 'UPSTREAM_UNAVAILABLE', reason: '502' } as const;
  let health = healthy;
  for (let count = 0; count < 60; count += 1) health = afterFailure(health, one, now, outagePolicy);
  expect(permitOf(health, now, outagePolicy)).toEqual({ kind: 'go' });
  for (const name of ['b', 'c', 'd', 'e', 'f'])
    health = afterFailure(health, { ...one, artifact: name }, now, outagePolicy);
  expect(permitOf(health, now, outagePolicy)).toMatchObject({ kind: 'wait' });
});

test('failures that lie more than five minutes apart make no outage', () => {
  let health = healthy;
  for (let index = 0; index < 12; index += 1) {
    const at = before(minutes(2 * (12 - index)));
    health = afterFailure(
      health,
      { artifact: `${index}`, code: 'UPSTREAM_UNAVAILABLE', reason: '502' },
      at,
      outagePolicy,
    );
  }
  expect(health.outage).toBeUndefined();
});

test('during an outage one task in half a minute may probe, the others come back later and later', async () => {
  const { clock, outages, failMany } = arrange();
  await failMany('UPSTREAM_UNAVAILABLE');
  expect(outages.permit(artifact(1))).toEqual({ seconds: 30 });
  clock.advance(30);
  expect([outages.permit(artifact(1)), outages.permit(artifact(2))]).toEqual(['probe', { seconds: 30 }]);
  clock.advance(3600);
  await outages.tell(artifact(1), failure('UPSTREAM_UNAVAILABLE'));
  outages.permit(artifact(1));
  expect(outages.permit(artifact(2))).toEqual({ seconds: 363 });
});

test('a probe that succeeds ends the outage for all, and its record', async () => {
  const { clock, list, outages, failMany } = arrange();
  await failMany('REGISTRY_UNAVAILABLE');
  const [record] = await list();
  expect(record).toMatchObject({ side: 'registry', since: clock.now(), code: 'REGISTRY_UNAVAILABLE' });
  expect(record && describeOutage(record)).toContain('acr.azurecr.io fails since');
  await outages.tell(artifact(3), cached);
  expect([outages.permit(artifact(1)), await list()]).toEqual(['go', []]);
});

test('while MAR is down, what is proven is looked at all the same; while the registry is down, nothing is', async () => {
  for (const [code, expected] of [
    ['UPSTREAM_UNAVAILABLE', 'go'],
    ['REGISTRY_UNAVAILABLE', { seconds: 30 }],
  ] as const) {
    const { outages, failMany } = arrange();
    await failMany(code);
    expect(outages.permit(provenState())).toEqual(expected);
  }
});

test.each(['REGISTRY_THROTTLED', 'MANIFEST_UNKNOWN', 'STATE_CONFLICT'] as const)('%s is no outage', async (code) => {
  const { outages, failMany } = arrange();
  await failMany(code, 50);
  expect(outages.permit(artifact(1))).toBe('go');
});

test('an ARM that fails does not keep the registry from being looked at', async () => {
  const { outages, failMany } = arrange();
  await failMany('ARM_FORBIDDEN');
  expect(outages.permit(provenState())).toBe('go');
  expect(outages.permit(artifact(1))).toEqual({ seconds: 30 });
});

test('nothing is written while all is well', async () => {
  const { outageRecords, registryProofs, outages } = arrange();
  for (let index = 0; index < 100; index += 1) await outages.tell(artifact(index), cached);
  expect([outageRecords.writes, registryProofs.writes]).toEqual([0, 0]);
});

test('a record that nobody renews is of an instance that is gone', async () => {
  const { clock, list, failMany } = arrange();
  await failMany('UPSTREAM_UNAVAILABLE');
  const [record] = await list();
  expect(record && isCurrent(record, clock.now())).toBe(true);
  clock.advance(900);
  expect(record && isCurrent(record, clock.now())).toBe(false);
});

test('of several instances each adds to one outage; what an instance saw before the newest look in vain ends none', async () => {
  const { clock, outages, failMany, registryProofs } = arrange();
  const other = new Outages({ outageRecords: new MemoryOutages(), registryProofs }, clock.now);
  const known = async () => [...(await registryProofs.list()).values()][0]?.outage;
  await failMany('REGISTRY_UNAVAILABLE');
  const since = clock.now();
  clock.advance(400);
  for (let index = 0; index < 6; index += 1) await other.tell(artifact(index), failure('REGISTRY_FORBIDDEN'));
  expect(await known()).toMatchObject({ since, lastProbe: clock.now(), code: 'REGISTRY_FORBIDDEN' });
  const late = new Date(clock.now().getTime() - 1000);
  await noteReached(artifact(1), late, registryProofs);
  expect(await known()).toMatchObject({ since });
  await outages.tell(artifact(1), { kind: 'import-running', progress: { kind: 'running', token: 't' } });
  await outages.tell(artifact(2), failure('ARM_UNAVAILABLE'));
  await outages.tell(artifact(3), failure('REGISTRY_THROTTLED'));
  expect(await known()).toMatchObject({ since });
  await outages.tell(artifact(4), cached);
  expect(await known()).toBeUndefined();
});

test('a gateway that answers 502 ends no outage of its registry', async () => {
  const { outages, failMany, list } = arrange();
  await failMany('REGISTRY_UNAVAILABLE');
  await outages.tell(artifact(1), failure('UPSTREAM_UNAVAILABLE'));
  expect(await list()).toMatchObject([{ side: 'registry' }]);
});

test.each(['DIGEST_MISMATCH', 'BLOB_UNKNOWN'] as const)('%s is an answer: no outage', async (code) => {
  const { failMany, list } = arrange();
  await failMany(code, 50);
  expect(await list()).toEqual([]);
});

import { SyncError, type FailureCode } from '../../../shared/model/errors.js';
import { findPlace } from '../../../shared/warming/find-place.js';
import { Probes, type ProbePolicy } from '../../../shared/warming/probes.js';
import type { ProbeRecord } from '../../../shared/warming/state.js';
import { before, hours, minutes, now } from '../../support/builders.js';
import { FakeMar } from '../../support/fakes/fake-manifests.js';

const policy: ProbePolicy = {
  mostRequests: 5,
  concurrentRequests: 2,
  trustFoundMs: hours(24),
  trustMissingMs: hours(6),
};
const keda = { repository: 'oss/v2/kedacore/keda', tag: '2.17.1' };
const oldKeda = { repository: 'oss/kedacore/keda', tag: '2.17.1' };

const asking = (mar: FakeMar, remembered: readonly ProbeRecord[] = []) => new Probes(mar, remembered, now, policy);
const failing = (code: FailureCode) => {
  const mar = new FakeMar();
  mar.fault = () => {
    throw new SyncError(code, 'no');
  };
  return mar;
};

describe('asking MAR for a tag', () => {
  test('is one request, however often it is asked', async () => {
    const mar = new FakeMar();
    mar.put(keda.repository, keda.tag);
    const probes = asking(mar);
    expect(await Promise.all([probes.ask(keda), probes.ask(keda), probes.ask(oldKeda)])).toEqual([
      'found',
      'found',
      'missing',
    ]);
    expect(mar.requests).toBe(2);
    expect(probes.records()).toEqual([
      { ...oldKeda, found: false, at: now },
      { ...keda, found: true, at: now },
    ]);
  });

  test.each([
    ['a find of an hour ago', true, hours(1), 0],
    ['a find of yesterday', true, hours(25), 1],
    ['a miss of an hour ago', false, hours(1), 0],
    ['a miss of seven hours ago', false, hours(7), 1],
    ['an answer from the future', true, -minutes(10), 1],
  ])('%s is trusted or asked for again', async (_what, found, ageMs, requests) => {
    const mar = new FakeMar();
    await asking(mar, [{ ...keda, found, at: before(ageMs) }]).ask(keda);
    expect(mar.requests).toBe(requests);
  });

  test('a name that is none is missing without a request', async () => {
    const mar = new FakeMar();
    expect(await asking(mar).ask({ repository: '../etc', tag: 'v1' })).toBe('missing');
    expect(mar.requests).toBe(0);
  });

  test('ends at the bound of a plan, and nothing is concluded from what was not asked', async () => {
    const mar = new FakeMar();
    const probes = asking(mar);
    const refs = Array.from({ length: 8 }, (_unused, index) => ({ repository: `a/n${index}`, tag: 'v1' }));
    const answers = await Promise.all(refs.map((ref) => probes.ask(ref)));
    expect(answers.filter((answer) => answer === 'unknown')).toHaveLength(3);
    expect([mar.requests, probes.records().length]).toEqual([5, 5]);
  });

  test.each([
    ['REGISTRY_THROTTLED', true],
    ['REGISTRY_UNAVAILABLE', true],
    // Some registries refuse to tell about repositories that are not there.
    ['REGISTRY_FORBIDDEN', false],
    ['MANIFEST_INVALID', false],
  ] as const)('%s concludes nothing; another try of the plan: %s', async (code, again) => {
    const probes = asking(failing(code));
    expect(await probes.ask(keda)).toBe('unknown');
    expect(probes.failure?.code).toBe(again ? code : undefined);
    expect(probes.records()).toEqual([]);
  });

  test('a bug of the client is no answer', async () => {
    const mar = new FakeMar();
    mar.fault = () => {
      throw new TypeError('bug');
    };
    await expect(asking(mar).ask(keda)).rejects.toThrow('bug');
  });
});

describe('looking for the place of a version', () => {
  const find = (mar: FakeMar) => findPlace([keda, oldKeda], asking(mar));

  test('finds it where one repository alone has it', async () => {
    const mar = new FakeMar();
    mar.put(keda.repository, '2.17.1');
    expect(await find(mar)).toMatchObject({ kind: 'found', artifact: keda });
  });

  test('finds it with or without a leading v, and takes the spelling of the source first', async () => {
    const mar = new FakeMar();
    mar.put(keda.repository, 'v2.17.1');
    expect(await find(mar)).toMatchObject({ artifact: { ...keda, tag: 'v2.17.1' } });
    mar.put(keda.repository, '2.17.1');
    expect(await find(mar)).toMatchObject({ artifact: keda });
    expect(await findPlace([{ ...keda, tag: 'v2.17.1' }], asking(mar))).toMatchObject({ artifact: { tag: 'v2.17.1' } });
  });

  test('does not choose between two', async () => {
    const mar = new FakeMar();
    mar.put(keda.repository, 'v2.17.1');
    mar.put(oldKeda.repository, '2.17.1');
    const { kind, sentence } = await find(mar);
    expect(kind).toBe('open');
    expect(sentence).toContain('it has oss/v2/kedacore/keda:v2.17.1, oss/kedacore/keda:2.17.1');
    expect(sentence).toContain('override');
  });

  test('says what was asked where there is none', async () => {
    const { kind, sentence } = await find(new FakeMar());
    expect(kind).toBe('open');
    expect(sentence).toContain('asked MAR for 2.17.1 in oss/v2/kedacore/keda, oss/kedacore/keda: it has none');
  });

  test('does not take the only one found while another did not answer', async () => {
    const mar = new FakeMar();
    mar.put(keda.repository, '2.17.1');
    mar.fault = (repository) => {
      if (repository === oldKeda.repository) throw new SyncError('REGISTRY_FORBIDDEN', '401');
    };
    const { kind, sentence } = await find(mar);
    expect(kind).toBe('open');
    expect(sentence).toContain('no answer for oss/kedacore/keda yet');
  });
});

import fc from 'fast-check';
import { deliveriesOf, parseGateTask, parsePlanTask, parseWarmTask } from '../../../shared/app/messages.js';
import { SyncError } from '../../../shared/model/errors.js';
import { clusterId, coredns, gateId, now, registryId, target } from '../../support/builders.js';

const plan = { clusterId: clusterId(), kubernetesVersion: target, attempt: 2 };
const warm = { registry: registryId().toLowerCase(), ...coredns, step: 3 };
const judge = { kind: 'target', clusterId: clusterId(), kubernetesVersion: target };
const gate = { kind: 'fleet-gate', gateId: gateId() };

test('every task survives its way through a queue', () => {
  const travel = (task: unknown): unknown => JSON.parse(JSON.stringify(task));
  expect(parsePlanTask(travel(plan))).toEqual(plan);
  const urgent = { ...plan, neededBy: now.toISOString() };
  expect(parsePlanTask(travel(urgent))).toEqual(urgent);
  for (const task of [warm, { ...warm, carried: '{"a":"b"}' }]) expect(parseWarmTask(travel(task))).toEqual(task);
  for (const task of [judge, { ...judge, step: 4 }, gate, { ...gate, after: now.toISOString() }]) {
    expect(parseGateTask(travel(task))).toEqual(task);
  }
});

test.each([
  ['plan', parsePlanTask, { ...plan, clusterId: 'one' }, 'clusterId: must be the resource id of an AKS cluster'],
  ['plan', parsePlanTask, { ...plan, clusterId: `${clusterId()}?x` }, 'clusterId:'],
  ['plan', parsePlanTask, { ...plan, kubernetesVersion: 'v1.35' }, 'kubernetesVersion: must be a Kubernetes version'],
  ['plan', parsePlanTask, { ...plan, attempt: -1 }, 'attempt:'],
  ['plan', parsePlanTask, { ...plan, neededBy: 'soon' }, 'neededBy:'],
  ['plan', parsePlanTask, 123, 'the document:'],
  ['warm', parseWarmTask, { ...warm, repository: '../etc' }, 'repository: must be a repository'],
  ['warm', parseWarmTask, { ...warm, tag: 'a b' }, 'tag: must be a tag'],
  ['warm', parseWarmTask, { ...warm, step: 1.5 }, 'step:'],
  ['warm', parseWarmTask, { ...warm, registry: '' }, 'registry:'],
  ['gate', parseGateTask, { ...gate, gateId: 'g1' }, 'gateId: must be the resource id of a Fleet gate'],
  ['gate', parseGateTask, { ...gate, after: 'yesterday' }, 'after:'],
  ['gate', parseGateTask, { ...gate, kind: 'other' }, 'kind:'],
  ['gate', parseGateTask, null, 'the document:'],
])('a message of queue %s is refused, naming the field', (queue, parse, message, named) => {
  expect(() => parse(message)).toThrow(`message of queue ${queue}: ${named}`);
});

test('any message is taken or refused in one short line', () => {
  const noise = fc.oneof(
    fc.jsonValue(),
    fc.record({ kind: fc.constantFrom('target', 'fleet-gate'), clusterId: fc.string(), step: fc.double() }),
  );
  fc.assert(
    fc.property(noise, fc.constantFrom(parsePlanTask, parseWarmTask, parseGateTask), (message, parse) => {
      try {
        parse(message);
      } catch (error) {
        expect(error).toBeInstanceOf(SyncError);
        expect(error).toMatchObject({ code: 'INVALID_INPUT' });
        expect(String(error).length).toBeLessThan(700);
      }
    }),
  );
});

test.each([
  [undefined, 1],
  [{}, 1],
  [{ dequeueCount: 3 }, 3],
  [{ dequeueCount: '4' }, 4],
  [{ dequeueCount: 0 }, 1],
  [{ dequeueCount: 'many' }, 1],
  [{ dequeueCount: 1.5 }, 1],
])('metadata %j mean %i deliveries', (metadata, deliveries) => {
  expect(deliveriesOf(metadata)).toBe(deliveries);
});

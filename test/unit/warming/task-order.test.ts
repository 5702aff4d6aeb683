import { orderTasks } from '../../../shared/warming/task-order.js';
import { before, hours, minutes, now, requirement, setOf, stateOf } from '../../support/builders.js';

const artifact = (tag: string) => ({ repository: 'oss/x', tag });
const soon = before(-minutes(1));
const tomorrow = before(-hours(24));

/** Tags of each group, with its delay. */
function order(needed: Readonly<Record<string, Date | undefined>>, baked: readonly string[] = []) {
  const tags = Object.keys(needed);
  const states = tags.map((tag) => stateOf(artifact(tag), needed[tag] ? { neededBy: needed[tag] } : {}));
  const artifacts = tags.map((tag) => ({
    ...requirement(artifact(tag)),
    ...(baked.includes(tag) ? { baked: ['AKSUbuntu-2404/202607.02.0'] } : {}),
  }));
  const groups = orderTasks(states, { ...setOf(), artifacts }, now, 10);
  return groups.map(({ tasks, delaySeconds }) => [tasks.map(({ tag }) => tag).join(' '), delaySeconds]);
}

test('what is needed first goes first; without a deadline, or with one in the past, it goes last in its order', () => {
  expect(order({ none: undefined, past: before(minutes(1)), tomorrow, soon })).toEqual([
    ['soon tomorrow none past', 0],
  ]);
});

test('what node images carry goes behind what nodes wait for: at once before a deadline, else after a head start', () => {
  expect(order({ a: undefined, b: undefined, c: undefined }, ['a'])).toEqual([
    ['b c', 0],
    ['a', 10],
  ]);
  expect(order({ a: soon, b: soon, c: undefined, d: undefined }, ['a', 'c'])).toEqual([
    ['b d', 0],
    ['a', 0],
    ['c', 10],
  ]);
});

test('nothing to do is no group', () => {
  expect(order({})).toEqual([]);
});

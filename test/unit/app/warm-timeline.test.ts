import { WarmTimeline, type Timer } from '../../../shared/app/warm-timeline.js';
import type { WarmTask } from '../../../shared/warming/ports.js';

const task = (tag: string): WarmTask => ({ registry: 'r', repository: 'oss/x', tag, step: 0 });
const forever = new AbortController().signal;

/** Time that passes when nobody works. */
function virtualTimer(): Timer & { readonly pass: () => void } {
  const pending = new Map<() => void, number>();
  const timer = (callback: () => void, milliseconds: number) => {
    pending.set(callback, milliseconds);
    return () => void pending.delete(callback);
  };
  const pass = () => {
    const [next] = [...pending].sort(([, a], [, b]) => a - b)[0] ?? [];
    if (!next) return;
    pending.delete(next);
    next();
  };
  return Object.assign(timer, { pass });
}

test('hands out what is due, in order, and ends when nothing is left', async () => {
  const timeline = new WarmTimeline();
  await timeline.enqueue([task('a'), task('b')], 0);
  const seen: string[] = [];
  const end = await timeline.run(async ({ tag }) => void seen.push(tag), 1, forever);
  expect([end, seen]).toEqual(['idle', ['a', 'b']]);
});

test('waits for what is delayed, and hands it out when its time has come', async () => {
  const timer = virtualTimer();
  const timeline = new WarmTimeline(timer);
  await timeline.enqueue([task('late')], 60);
  await timeline.enqueue([task('soon')], 5);
  const seen: string[] = [];
  const running = timeline.run(
    async ({ tag }) => {
      seen.push(tag);
      setImmediate(timer.pass);
    },
    4,
    forever,
  );
  timer.pass();
  expect([await running, seen]).toEqual(['idle', ['soon', 'late']]);
});

test('never has more at work than allowed, and no fewer while enough is due', async () => {
  const timeline = new WarmTimeline();
  await timeline.enqueue(
    Array.from({ length: 20 }, (_unused, index) => task(`v${index}`)),
    0,
  );
  let [working, most] = [0, 0];
  const work = async (): Promise<void> => {
    working += 1;
    most = Math.max(most, working);
    await new Promise(setImmediate);
    working -= 1;
  };
  await timeline.run(work, 3, forever);
  expect(most).toBe(3);
});

test('what a task enqueues is handed out too', async () => {
  const timeline = new WarmTimeline();
  await timeline.enqueue([task('3')], 0);
  const seen: string[] = [];
  const work = async ({ tag }: WarmTask): Promise<void> => {
    seen.push(tag);
    if (tag !== '0') await timeline.enqueue([task(String(Number(tag) - 1))], 0);
  };
  await timeline.run(work, 2, forever);
  expect(seen).toEqual(['3', '2', '1', '0']);
});

test('hands out nothing after it was stopped, and waits for what is at work', async () => {
  const timeline = new WarmTimeline();
  const stop = new AbortController();
  await timeline.enqueue([task('a'), task('b')], 0);
  await timeline.enqueue([task('c')], 3600);
  const ended: string[] = [];
  const work = async ({ tag }: WarmTask): Promise<void> => {
    stop.abort();
    await new Promise(setImmediate);
    ended.push(tag);
  };
  expect(await timeline.run(work, 1, stop.signal)).toBe('stopped');
  expect(ended).toEqual(['a']);
});

test('a bug ends the run, and is thrown', async () => {
  const timeline = new WarmTimeline();
  await timeline.enqueue([task('a'), task('b')], 0);
  const work = () => Promise.reject(new TypeError('a bug'));
  await expect(timeline.run(work, 1, forever)).rejects.toThrow('a bug');
});

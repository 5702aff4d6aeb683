/** All that jest would put into our hands, but for the date. */
const notTheDate = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

/** In the tests of this file or block the date stands still, however long they take. @returns what moves it, in seconds */
export function stopDate(): (seconds: number) => void {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: notTheDate }));
  afterEach(() => void jest.useRealTimers());
  return (seconds) => void jest.setSystemTime(Date.now() + seconds * 1000);
}

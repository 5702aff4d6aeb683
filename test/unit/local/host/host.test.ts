import type { StartedHost } from '../../../../local/host/start-host.js';
import { until } from '../../../support/e2e/until.js';
import { createHostBench, enqueue, eventually, type HostBench } from './running-host.js';

describe('a Functions host with an app of every trigger', () => {
  let bench: HostBench;
  let host: StartedHost;

  beforeAll(async () => {
    bench = await createHostBench();
    host = await bench.start();
  });
  afterAll(() => bench.close());

  const call = (path: string, init: RequestInit = {}): Promise<Response> => fetch(host.url + path, init);
  /** What a host writes comes by another way than what it answers. */
  const logged = (line: RegExp): Promise<string> => eventually(() => host.lastLogLines().find((one) => line.test(one)));
  const withKey = (key: string): RequestInit => ({ headers: { 'x-functions-key': key } });

  test('indexes every function in name order and leaves out the ones it cannot index, with the reason', async () => {
    expect(host.functions).toEqual([...host.functions].sort());
    expect(host.functions).toHaveLength(16);
    expect(host.failures).toEqual([
      { name: 'never-valid', reason: expect.stringContaining('NCRONTAB') as string },
      { name: 'without-setting', reason: "'%NO_SUCH_SETTING%' does not resolve to a value." },
    ]);
    await logged(/'without-setting' function is in error/);
  });

  test.each([
    ['takes the first route in name order, although a later one is literal', 'GET', '/api/x/special', 200, 'aaa'],
    ['matches literals without case', 'GET', '/API/X/7', 200, 'aaa'],
    ['answers 404 to a method that no route lists', 'DELETE', '/api/x/7', 404, ''],
    ['answers 404 to an unknown path', 'GET', '/api/unknown', 404, ''],
    ['answers 404 outside the route prefix', 'GET', '/x/7', 404, ''],
    ['answers 404 for a disabled function', 'GET', '/api/disabled', 404, ''],
    ['answers 500 without a body when the handler throws', 'GET', '/api/boom', 500, ''],
    ['answers 204 when the handler returns nothing', 'GET', '/api/nothing', 204, ''],
    ['sends a stream to its end', 'GET', '/api/streamed', 200, 'one two'],
    ['lets hooks change input and result', 'GET', '/api/hooked', 200, '"greeting":"changed by a hook"'],
  ])('%s', async (_sentence, method, path, status, body) => {
    const response = await call(path, { method });
    expect(response.status).toBe(status);
    const text = await response.text();
    if (body === '') expect(text).toBe('');
    else expect(text).toContain(body);
  });

  test('passes method, headers, query and body on, and status, headers and body back', async () => {
    const init = { method: 'POST', body: 'hé', headers: { 'x-functions-key': host.keys.default, 'x-echo': 'e' } };
    const response = await call('/api/echo?a=1', init);
    expect([response.status, response.headers.get('x-echo')]).toEqual([201, 'e']);
    expect(await response.json()).toEqual({ query: { a: '1' }, text: 'hé' });
  });

  test('sets the cookies of a response', async () => {
    const response = await call('/api/streamed');
    expect(response.headers.getSetCookie()).toEqual(['a=b; Secure']);
  });

  test.each([
    ['refuses level function without a key', 'POST', '/api/echo', undefined, 401],
    ['refuses level function with a wrong key', 'POST', '/api/echo', 'wrong', 401],
    ['opens level function to the host key', 'POST', '/api/echo', 'default', 201],
    ['opens level function to the master key', 'POST', '/api/echo', 'master', 201],
    ['refuses level admin to the host key', 'GET', '/api/secret', 'default', 401],
    ['opens level admin to the master key', 'GET', '/api/secret', 'master', 200],
    ['refuses the list of functions to the host key', 'GET', '/admin/functions', 'default', 401],
    ['refuses level function to the key of the webhook', 'POST', '/api/echo', 'eventGrid', 401],
  ] as const)('%s', async (_sentence, method, path, key, status) => {
    const value = key === undefined ? undefined : key === 'wrong' ? 'wrong' : host.keys[key];
    const byHeader = await call(path, { method, ...(value === undefined ? {} : withKey(value)) });
    const byQuery = await call(value === undefined ? path : `${path}?code=${value}`, { method });
    expect([byHeader.status, byQuery.status]).toEqual([status, status]);
  });

  test('lists functions with their expanded bindings, and its own state', async () => {
    const functions = (await (await call('/admin/functions', withKey(host.keys.master))).json()) as { name: string }[];
    expect(functions.find(({ name }) => name === 'take')).toMatchObject({
      isDisabled: false,
      config: { bindings: [{ type: 'queueTrigger', queueName: 'work', direction: 'in' }] },
    });
    const status: unknown = await (await call('/admin/host/status', withKey(host.keys.master))).json();
    expect(status).toMatchObject({ state: 'Running', errors: [expect.any(String), expect.any(String)] });
  });

  test.each([
    ['a JSON object as an object', '{"a":1}', { a: 1 }],
    ['digits as a number', '123', 123],
    ['other text as a string', 'plain é', 'plain é'],
  ])('gives %s to a queue function, and deletes the message', async (_sentence, text, message) => {
    await enqueue(bench.queue('work'), text);
    const matches = () =>
      bench.journal('take').filter((entry) => JSON.stringify(entry['message']) === JSON.stringify(message));
    const [entry] = await eventually(matches);
    expect(entry?.['metadata']).toMatchObject({
      queueTrigger: expect.anything() as string,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      dequeueCount: 1,
      popReceipt: expect.any(String) as string,
      insertionTime: expect.stringMatching(/Z$/) as string,
      expirationTime: expect.stringMatching(/Z$/) as string,
      nextVisibleTime: expect.stringMatching(/Z$/) as string,
    });
    await until('the message is deleted', async () => {
      const { approximateMessagesCount: left } = await bench.queue('work').getProperties();
      return left === 0;
    });
    expect(matches()).toHaveLength(1);
  });

  test('shows a failed message again after visibilityTimeout, and moves it to the poison queue at maxDequeueCount', async () => {
    await enqueue(bench.queue('work'), '{"fail":true,"case":"poison"}');
    await eventually(() => bench.journal('take-poisoned').filter(({ message }) => isCase(message, 'poison')));
    const tries = bench.journal('take').filter(({ message }) => isCase(message, 'poison'));
    expect(tries.map(({ metadata }) => (metadata as { dequeueCount: number }).dequeueCount)).toEqual([1, 2]);
    const [first, second] = tries.map(({ time }) => Number(time));
    expect(second! - first!).toBeGreaterThanOrEqual(900);
  });

  test('moves a message that is not base64 to the poison queue without a call', async () => {
    await bench.queue('work').createIfNotExists();
    await bench.queue('work').sendMessage('no base64!');
    await eventually(() => bench.journal('take-poisoned').filter(({ message }) => message === 'no base64!'));
    expect(bench.journal('take').filter(({ message }) => message === 'no base64!')).toEqual([]);
  });

  test('does not create the queue of a trigger, but takes messages once somebody did', async () => {
    expect(await bench.queue('made-later').exists()).toBe(false);
    await enqueue(bench.queue('made-later'), '"late"');
    await eventually(() => bench.journal('take-late'));
  });

  test('fires timers by schedule, at startup and by hand', async () => {
    await eventually(() => bench.journal('each-second'));
    expect(await eventually(() => bench.journal('at-start'))).toHaveLength(1);
    expect(bench.journal('nightly')).toEqual([]);
    const run = { method: 'POST', ...withKey(host.keys.master), body: '{"input":""}' };
    expect((await call('/admin/functions/nightly', run)).status).toBe(202);
    const [entry] = await eventually(() => bench.journal('nightly'));
    expect(entry?.['timer']).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true } });
  });

  const webhook = (type: string, body: unknown, path = 'functionName=events', key = host.keys.eventGrid) =>
    call(`/runtime/webhooks/eventgrid?${path}&code=${key}`, {
      method: 'POST',
      headers: { 'aeg-event-type': type },
      body: JSON.stringify(body),
    });

  test('answers the validation handshake of Event Grid itself', async () => {
    const response = await webhook('SubscriptionValidation', [{ id: '1', data: { validationCode: 'abc' } }]);
    expect([response.status, await response.json()]).toEqual([200, { validationResponse: 'abc' }]);
    expect(bench.journal('events')).toEqual([]);
  });

  test.each([
    [
      'calls the function once per event and answers 202',
      [
        { id: 'a', data: {} },
        { id: 'b', data: {} },
      ],
      '',
      202,
    ],
    [
      'answers 500 when one event of the array fails',
      [
        { id: 'c', data: {} },
        { id: 'd', data: { fail: 1 } },
      ],
      '',
      500,
    ],
    ['answers 404 for an unknown function', [{ id: 'e', data: {} }], 'functionName=nobody', 404],
    ['answers 404 for a function of another trigger', [{ id: 'f', data: {} }], 'functionName=aaa', 404],
  ])('of an Event Grid notification, %s', async (_sentence, events, path, status) => {
    const response = await webhook('Notification', events, path === '' ? undefined : path);
    expect(response.status).toBe(status);
    const seen = bench.journal('events').filter(({ id }) => events.some((event) => event.id === id));
    expect(seen).toHaveLength(status === 404 ? 0 : events.length);
  });

  test('refuses a wrong key at the webhook', async () => {
    const answers = ['wrong', host.keys.default].map((key) => webhook('Notification', [], undefined, key));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([401, 401]);
  });

  test('writes one line per log entry, with level, function and invocation', async () => {
    await call('/api/boom');
    await logged(/^\S+Z error boom [0-9a-f]{8} Executed \(Failed.*Error: boom\\n/);
    expect(host.lastLogLines().every((line) => /^\S+Z (info |error|warn )/.test(line))).toBe(true);
  });
});

function isCase(message: unknown, name: string): boolean {
  return typeof message === 'object' && message !== null && (message as { case?: string }).case === name;
}

import { resolveConnection, expandSettings } from '../../../../local/host/app-settings.js';
import { parseHostJson } from '../../../../local/host/host-json.js';
import { createHostLog, describeError } from '../../../../local/host/host-log.js';
import { decodeText, pollingDelay } from '../../../../local/host/queue-message.js';
import { matchRoute, parseRoute } from '../../../../local/host/route-template.js';
import { nextOccurrence } from '../../../../local/host/timer-listener.js';

test.each([
  ['x/{id}', 'x/a%20b', { id: 'a b' }],
  ['x/{id}', 'X/7/', { id: '7' }],
  ['x/{id}', 'x', undefined],
  ['x/{id}', 'x/1/2', undefined],
  ['x/{id?}', 'x', {}],
  ['x/{id:int}', 'x/12', { id: '12' }],
  ['x/{id:int}', 'x/twelve', undefined],
  ['files/{*path}', 'files/a/b.txt', { path: 'a/b.txt' }],
  ['', '', {}],
])('route %j takes the path %j with parameters %j', (route, path, params) => {
  expect(matchRoute(parseRoute(route), path)).toEqual(params);
});

test.each(['x/{id', 'x/a{id}', 'x/{id:regex(^a$)}', 'x/{id:int:min(1)}', 'x/{id:nothing}'])(
  'a route with the segment of %j is an indexing error, not a silent mismatch',
  (route) => {
    expect(() => parseRoute(route)).toThrow('local host');
  },
);

test.each([
  ['0 */5 * * * *', '2026-11-22T10:01:30Z', '2026-11-22T10:05:00.000Z'],
  ['*/5 * * * *', '2026-11-22T10:01:30Z', '2026-11-22T10:05:00.000Z'],
  ['0 0 3 * * 1-5', '2026-11-21T04:00:00Z', '2026-11-23T03:00:00.000Z'],
  ['0 0 0 13 * 5', '2026-11-14T00:00:00Z', '2027-08-13T00:00:00.000Z'],
])('after %j at %s, a timer fires at %s', (schedule, now, next) => {
  expect(nextOccurrence(schedule, new Date(now))?.toISOString()).toBe(next);
});

test.each([
  [1, 0.5, 100],
  [2, 0.5, 200],
  [4, 0, 640],
  [4, 0.999, 960],
  [9, 0.5, 2_000],
  [1_000, 0.5, 2_000],
])('after %i empty polls, with luck of %d, the next poll is %i ms away', (emptyPolls, random, wait) => {
  expect(Math.round(pollingDelay(emptyPolls, 2_000, random) / 10) * 10).toBe(wait);
});

test.each([
  ['aMOp', 'base64', { kind: 'text', text: 'hé' }],
  ['{"a":1}', 'base64', { kind: 'undecodable' }],
  ['abc', 'base64', { kind: 'undecodable' }],
  ['{"a":1}', 'none', { kind: 'text', text: '{"a":1}' }],
] as const)('the text %j with encoding %s decodes to %j', (raw, encoding, decoded) => {
  expect(decodeText(raw, encoding)).toEqual(decoded);
});

test('host.json that says nothing means the defaults of Azure', () => {
  expect(parseHostJson('{"version":"2.0"}').extensions).toEqual({
    http: { routePrefix: 'api' },
    queues: {
      batchSize: 16,
      newBatchThreshold: 8,
      maxPollingInterval: 60_000,
      visibilityTimeout: 0,
      maxDequeueCount: 5,
      messageEncoding: 'base64',
    },
  });
});

test('time spans of host.json may have days and fractions', () => {
  const text = '{"version":"2.0","extensions":{"queues":{"maxPollingInterval":"1.00:00:01.5"}}}';
  expect(parseHostJson(text).extensions.queues.maxPollingInterval).toBe(86_401_500);
});

test.each([
  ['{"version":"1.0"}', /^host.json: version: /],
  ['{"version":"2.0","extensions":{"queues":{"batchSize":33}}}', /^host.json: extensions.queues.batchSize: /],
  ['{"version":"2.0","extensions":{"queues":{"visibilityTimeout":"5s"}}}', /visibilityTimeout: wants hh:mm:ss/],
])('host.json %s is refused with the field', (text, message) => {
  expect(() => parseHostJson(text)).toThrow(message);
});

test.each([
  [{ Storage: 'a' }, 'Storage', 'a'],
  [{ AzureWebJobsOther: 'b' }, 'Other', 'b'],
])('in %j the connection %s is %s', (settings, name, value) => {
  expect(resolveConnection(name, settings)).toBe(value);
});

test('connections that the local host cannot make are indexing errors that say which kind', () => {
  expect(() => resolveConnection('Missing', {})).toThrow("'Missing' does not exist");
  expect(() => resolveConnection('Cloud', { Cloud__accountName: 'x' })).toThrow("'Cloud' is identity-based");
});

test('settings are expanded anywhere in a text', () => {
  expect(expandSettings('%A%-%B%', { A: 'x', B: 'y' })).toBe('x-y');
  expect(() => expandSettings('%A%-%B%', { A: 'x', B: '' })).toThrow("'%B%' does not resolve to a value.");
});

test('the log keeps a stack with its causes in one line and drops what is below its level', () => {
  const lines: string[] = [];
  const log = createHostLog('warning', (line) => lines.push(line));
  log.write('information', 'not shown');
  log.write('error', describeError(new Error('outer', { cause: new Error('inner') })), {
    functionName: 'f',
    invocationId: '12345678-9',
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\S+Z error f 12345678 Error: outer\\n.*Caused by: Error: inner\\n.*\n$/);
});

import type { TokenCredential } from '@azure/core-auth';
import { issueCertificates, type ThrowawayCa } from '../../../local/azure/certificates.js';
import { answerJson, listen, type Answer, type Listening, type Received } from '../../../local/azure/http.js';
import { ArmClient } from '../../../shared/azure/arm-client.js';
import { trust } from '../../support/trust.js';

const credential: TokenCredential = {
  getToken: async (scopes) => ({ token: `token-for-${String(scopes)}`, expiresOnTimestamp: Date.now() + 3_600_000 }),
};

let ca: ThrowawayCa;
let server: Listening;
let endpoint: string;
let answer: (request: Received) => Answer;
let requests: Received[];

beforeAll(async () => {
  ca = await issueCertificates();
  trust(ca.caPem);
  server = await listen((request) => {
    requests.push(request);
    return answer(request);
  }, ca.server);
  endpoint = `https://127.0.0.1:${server.port}`;
});

afterAll(async () => {
  await server.close();
  await ca.remove();
});

beforeEach(() => {
  requests = [];
  answer = () => answerJson(200, {});
});

const client = () => new ArmClient(endpoint, 'https://management.azure.com', credential);
const path = '/subscriptions/s/providers/Microsoft.ContainerService/managedClusters';
const list = () => client().list(path, '2025-10-01');
const get = () => client().get(path, '2025-10-01');

test('asks with the API version and a token for the audience', async () => {
  answer = () => answerJson(200, { id: 'x' }, { etag: '"7"' });
  expect(await get()).toMatchObject({ status: 200, body: { id: 'x' }, etag: '"7"' });
  expect(requests[0]?.path).toBe(path);
  expect(requests[0]?.query.get('api-version')).toBe('2025-10-01');
  expect(requests[0]?.headers.authorization).toBe('Bearer token-for-https://management.azure.com/.default');
});

test('reads every page of a list', async () => {
  answer = ({ query }) => {
    const page = Number(query.get('page') ?? 1);
    return answerJson(200, { value: [page], ...(page < 3 ? { nextLink: `${endpoint}${path}?page=${page + 1}` } : {}) });
  };
  expect(await list()).toEqual([1, 2, 3]);
});

test.each([
  ['another host', 'https://evil.example/subscriptions'],
  ['another port', 'https://127.0.0.1:1/subscriptions'],
  ['no TLS', () => endpoint.replace('https', 'http')],
  ['a look-alike', () => `${endpoint}@evil.example/`],
  ['no address', 'next page please'],
])('a next page at %s is refused, and our token does not go there', async (_sentence, link) => {
  answer = () => answerJson(200, { value: [1], nextLink: typeof link === 'string' ? link : link() });
  await expect(list()).rejects.toMatchObject({
    code: 'ARM_UNEXPECTED',
    message: expect.stringContaining('lies outside') as string,
  });
  expect(requests).toHaveLength(1);
});

test('a list that pages in a circle comes to an end', async () => {
  answer = () => answerJson(200, { value: [], nextLink: `${endpoint}${path}?page=1` });
  await expect(list()).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
});

test.each(['{}', '{"value":7}', '[]', 'null', '<html>', ''])('%s is no list', async (body) => {
  answer = () => ({ status: 200, body });
  await expect(list()).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
});

test('a redirect to another host is not followed', async () => {
  answer = () => ({ status: 302, headers: { location: 'https://evil.example/' } });
  await expect(get()).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
});

test.each(['InvalidResourceType', 'InvalidResourceNamespace'])(
  'an API version that is not served (404 %s) is no resource that is gone',
  async (code) => {
    answer = () => answerJson(404, { error: { code, message: 'not for this api version' } });
    await expect(get()).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
    await expect(client().write('DELETE', path, '2025-10-01', {})).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
  },
);

test('what ARM does not have is undefined when asked for, a failure in a list', async () => {
  answer = () => answerJson(404, { error: { code: 'ResourceNotFound', message: 'gone' } });
  expect(await get()).toBeUndefined();
  await expect(list()).rejects.toMatchObject({ code: 'ARM_UNEXPECTED' });
});

test.each([
  [401, 'ARM_FORBIDDEN'],
  [403, 'ARM_FORBIDDEN'],
  [400, 'ARM_UNEXPECTED'],
  [429, 'ARM_UNAVAILABLE'],
  [500, 'ARM_UNAVAILABLE'],
  [503, 'ARM_UNAVAILABLE'],
] as const)("an answer of %i is %s, told with ARM's own words", async (status, code) => {
  answer = () => answerJson(status, { error: { code: 'SomeCode', message: 'does not have authorization' } });
  await expect(get()).rejects.toMatchObject({
    code,
    message: `GET ${path}: ${status} SomeCode: does not have authorization`,
  });
});

test('a 429 is not tried again here, and tells when to come back', async () => {
  answer = () => answerJson(429, {}, { 'retry-after': '42' });
  await expect(get()).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE', retryAfterSeconds: 42 });
  expect(requests).toHaveLength(1);
});

test('an ARM that does not answer is unavailable', async () => {
  const nobody = new ArmClient('https://127.0.0.1:1', 'https://management.azure.com', credential);
  await expect(nobody.get(path, '2025-10-01')).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE' });
});

test.each([
  [200, 'accepted'],
  [202, 'accepted'],
  [409, 'conflict'],
  [412, 'conflict'],
] as const)('a change that is answered with %i is %s', async (status, result) => {
  answer = () => answerJson(status, {});
  const body = { properties: { state: 'Completed' } };
  expect(await client().patch('/x', '2026-06-01', body, '"7"')).toBe(result);
  expect(requests[0]).toMatchObject({ method: 'PATCH', headers: { 'if-match': '"7"' } });
  expect(JSON.parse(requests[0]?.body.toString() ?? '')).toEqual(body);
});

test('a change that is refused is a failure', async () => {
  answer = () => answerJson(403, {});
  await expect(client().patch('/x', '2026-06-01', {}, undefined)).rejects.toMatchObject({ code: 'ARM_FORBIDDEN' });
  expect(requests[0]?.headers).not.toHaveProperty('if-match');
});

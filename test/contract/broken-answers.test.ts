import type { ServerResponse } from 'node:http';
import type { TokenCredential } from '@azure/core-auth';
import { ArmClient } from '../../shared/azure/arm-client.js';
import { ArmImports } from '../../shared/azure/imports.js';
import { ArmRegistries } from '../../shared/azure/registries.js';
import { registryId, registryOf } from '../support/builders.js';
import { digestOf } from '../support/fakes/fake-manifests.js';
import { serveHttps, type HttpsServer } from '../support/https-server.js';
import { tokenOf } from './imports.contract.js';

const audience = 'https://management.azure.com';
const credential: TokenCredential = {
  getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const json = 'application/json; charset=utf-8';
const asDocument = (document: unknown) => ({ type: json, text: JSON.stringify(document) });
const bodies = {
  'no body': { text: '' },
  'an empty document': { type: json, text: '' },
  'the page of a proxy': { type: 'text/html', text: '<html><h1>Forbidden</h1></html>' },
  'a page that claims to be JSON': { type: json, text: '<html></html>' },
  'truncated JSON': { type: json, text: '{"error":{"code":"Auth' },
  'the document null': asDocument(null),
  'a list': asDocument([]),
  'an error that is a text': asDocument({ error: 'no' }),
  'an error without its fields': asDocument({ error: {} }),
  'an error with fields of other kinds': asDocument({ error: { code: 7, message: {}, details: [null] } }),
  'details that are no list': asDocument({ error: { code: 'No', message: 'no', details: {}, additionalInfo: 'x' } }),
};
type Body = { readonly type?: string; readonly text: string };

let server: HttpsServer;
let endpoint: string;
/** Answers by the end of the path; every other request is refused with the status and body under test. */
let answers: Readonly<Record<string, (response: ServerResponse) => void>> = {};
let refusal: { readonly status: number; readonly body: Body } = { status: 403, body: { text: '' } };

beforeAll(async () => {
  server = await serveHttps((request, response) => {
    const { pathname } = new URL(request.url ?? '', endpoint);
    const answer = Object.entries(answers).find(([end]) => pathname.endsWith(end))?.[1];
    if (answer) return answer(response);
    const { status, body } = refusal;
    const type = body.type === undefined ? {} : { 'content-type': body.type };
    response.writeHead(status, { ...type, 'retry-after': '7' }).end(body.text);
  });
  ({ endpoint } = server);
});

afterAll(() => server.close());

const source = { repository: 'a', digest: digestOf('a') };
const target = { repository: 'a', tag: '1' };
const registry = {
  id: registryId(),
  sku: { name: 'Premium' },
  properties: { loginServer: 'contoso.azurecr.io' },
};
const ok = (document: unknown) => (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': json }).end(JSON.stringify(document));
const accepted = (response: ServerResponse) =>
  void response.writeHead(202, { location: `${endpoint}/operation` }).end();

const arm = () => new ArmClient(endpoint, audience, credential);
const readRegistry = () => new ArmRegistries(credential, endpoint, audience).get(registryOf().resource);
const imports = () => new ArmImports(credential, endpoint, audience, 'mar');
const startImport = () => imports().start(registryId(), source, target);
const askAfterImport = async () => imports().resume(registryId(), tokenOf(await startImport()));
const page = () => ok({ value: [], nextLink: `${endpoint}/next` });

const reads: readonly (readonly [string, () => Promise<unknown>, () => typeof answers])[] = [
  ['a registry', readRegistry, () => ({})],
  ['cache rules', readRegistry, () => ({ [registryOf().resource.name]: ok(registry) })],
  [
    'a further page of cache rules',
    readRegistry,
    () => ({ [registryOf().resource.name]: ok(registry), '/cacheRules': page() }),
  ],
  ['any other resource', () => arm().list('/x', '2025-10-01'), () => ({})],
  ['an import that begins', startImport, () => ({})],
  ['an import that runs', askAfterImport, () => ({ '/importImage': accepted })],
];

describe.each(reads)('of %s', (what, ask, answersOf) => {
  const isImport = what.startsWith('an import');
  const codes: readonly (readonly [number, string])[] = [
    [401, 'ARM_FORBIDDEN'],
    [403, 'ARM_FORBIDDEN'],
    [429, isImport ? 'ARM_THROTTLED' : 'ARM_UNAVAILABLE'],
    [500, 'ARM_UNAVAILABLE'],
    [502, 'ARM_UNAVAILABLE'],
    [503, 'ARM_UNAVAILABLE'],
    [504, 'ARM_UNAVAILABLE'],
  ];
  test.each(Object.entries<Body>(bodies))(
    'ARM may refuse with %s: the status tells what it means',
    async (_b, body) => {
      answers = answersOf();
      for (const [status, code] of codes) {
        refusal = { status, body };
        await expect(ask()).rejects.toMatchObject({
          name: 'SyncError',
          code,
          message: expect.stringContaining(String(status)) as string,
          retryAfterSeconds: 7,
        });
      }
    },
  );
});

test.each(Object.entries<Body>(bodies))('what is not there is not there, with %s too', async (_body, body) => {
  [answers, refusal] = [{}, { status: 404, body }];
  await expect(readRegistry()).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  await expect(startImport()).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  answers = { '/importImage': accepted };
  expect(await askAfterImport()).toEqual({ kind: 'ended' });
});

test.each(Object.entries<Body>(bodies))('a success with %s is no registry and no list of rules', async (_b, body) => {
  [answers, refusal] = [{}, { status: 200, body }];
  await expect(readRegistry()).rejects.toMatchObject({ name: 'SyncError', canRetry: true });
  answers = { [registryOf().resource.name]: ok(registry) };
  await expect(readRegistry()).rejects.toMatchObject({ name: 'SyncError', canRetry: true });
});

test('who may import and not ask after it is told which action is lacking', async () => {
  [answers, refusal] = [{ '/importImage': accepted }, { status: 403, body: { text: '' } }];
  await expect(askAfterImport()).rejects.toMatchObject({
    code: 'ARM_FORBIDDEN',
    message: expect.stringContaining('Microsoft.ContainerRegistry/locations/operationResults/read') as string,
  });
});

test('a next page at another host is not asked for: our token stays with ARM', async () => {
  const seen: (string | undefined)[] = [];
  const elsewhere = await serveHttps((request, response) => {
    seen.push(request.headers.authorization);
    ok({ value: [] })(response);
  });
  answers = {
    [registryOf().resource.name]: ok(registry),
    '/cacheRules': ok({ value: [], nextLink: `${elsewhere.endpoint}/next` }),
  };
  const failure: unknown = await readRegistry().catch((error: unknown) => error);
  await elsewhere.close();
  expect(seen).toEqual([]);
  expect(failure).toMatchObject({ name: 'SyncError', code: 'ARM_UNEXPECTED' });
});

test('an ARM that does not answer is not waited for', async () => {
  answers = { [registryOf().resource.name]: () => undefined };
  const reading = new ArmRegistries(credential, endpoint, audience, [], 200).get(registryOf().resource);
  await expect(reading).rejects.toMatchObject({ code: 'ARM_UNAVAILABLE', canRetry: true });
});

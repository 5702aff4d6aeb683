import fc from 'fast-check';
import { answer } from '../../../shared/app/answers.js';
import { parseGateRequest, parseSyncRequest } from '../../../shared/app/requests.js';
import { SyncError } from '../../../shared/model/errors.js';
import { clusterId, target } from '../../support/builders.js';

test.each([
  ['', { cluster: undefined, kubernetesVersion: undefined, dryRun: false }],
  [' \n', { cluster: undefined, dryRun: false }],
  ['{}', { cluster: undefined, dryRun: false }],
  ['{"dryRun":true}', { dryRun: true }],
  [
    JSON.stringify({ clusterId: clusterId(), kubernetesVersion: target }),
    { cluster: { id: clusterId() }, kubernetesVersion: target },
  ],
])('POST /api/sync takes %j', (body, expected) => {
  expect(parseSyncRequest(body)).toMatchObject(expected);
});

test.each([
  ['{', 'the body is no JSON document'],
  ['[]', 'the document:'],
  ['null', 'the document:'],
  ['{"clusterId":null}', 'clusterId:'],
  ['{"clusterId":"one"}', 'clusterId: not an Azure resource id: "one"'],
  [JSON.stringify({ clusterId: `${clusterId()}/agentPools/a` }), 'clusterId: not the resource id of an AKS cluster'],
  ['{"kubernetesVersion":"1.35"}', 'kubernetesVersion: must be a Kubernetes version such as 1.35.6'],
  ['{"dryRun":"yes"}', 'dryRun:'],
  ['{"clusterID":"x"}', 'clusterID'],
])('POST /api/sync refuses %s, naming the field', (body, named) => {
  expect(() => parseSyncRequest(body)).toThrow(named);
});

const query = (entries: Record<string, string>) =>
  new URLSearchParams({ cluster: clusterId(), version: target, ...entries });

test('GET /api/gate takes a cluster and a version, and is not strict unless told so', () => {
  expect(parseGateRequest(query({ code: 'key' }))).toMatchObject({
    cluster: { id: clusterId() },
    version: target,
    strict: false,
  });
  expect(parseGateRequest(query({ strict: 'true' })).strict).toBe(true);
});

test.each([
  [new URLSearchParams(), 'cluster: is missing: the resource id of the cluster; version: is missing'],
  [query({ version: '1.35' }), 'version: must be a Kubernetes version'],
  [query({ strict: 'TRUE' }), 'strict: must be true or false'],
  [query({ cluster: 'one' }), 'cluster: not an Azure resource id'],
  [query({ Strict: 'true' }), 'Unrecognized key: "Strict"'],
  [query({ strct: 'true', code: 'key' }), 'Unrecognized key: "strct"'],
])('GET /api/gate?%s is refused, naming the parameter', (parameters, named) => {
  expect(() => parseGateRequest(parameters)).toThrow(named);
});

test('any body is taken or refused in one short line', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      try {
        parseSyncRequest(body);
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_INPUT' });
        expect(String(error).length).toBeLessThan(700);
      }
    }),
  );
});

test.each([
  ['INVALID_INPUT', 400],
  ['CLUSTER_NOT_FOUND', 404],
  ['ARM_FORBIDDEN', 502],
  ['ARM_UNAVAILABLE', 503],
] as const)('%s is answered as a problem document with status %i', async (code, status) => {
  const failing = () =>
    Promise.reject(new SyncError(code, 'what happened', { retryAfterSeconds: 7, cause: new Error('secret') }));
  const { status: got, headers, body } = await answer(failing);
  expect(got).toBe(status);
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '7' });
  expect(JSON.parse(body as string)).toMatchObject({ title: code, status, detail: 'what happened' });
  expect(body).not.toContain('secret');
});

test("a bug is the host's to answer", async () => {
  await expect(answer(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});

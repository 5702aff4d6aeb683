import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import { isKubernetesVersion, type KubernetesVersion } from '../model/kubernetes-version.js';
import { parseClusterId, type ResourceId } from '../model/resource-id.js';
import type { AskedVersion } from '../gate/upgrade-kinds.js';
import { describeIssues } from './describe-issues.js';
import type { ReplayRequest } from './replay.js';

const kubernetesVersion = z.string().refine(isKubernetesVersion, 'must be a Kubernetes version such as 1.35.6');

const syncBody = z.strictObject({
  clusterId: z.string().max(2048).optional(),
  kubernetesVersion: kubernetesVersion.optional(),
  dryRun: z.boolean().default(false),
});

const replayBody = z.union([
  z.strictObject({ id: z.string().min(1).max(80) }),
  z.strictObject({ all: z.literal(true) }),
]);

const targetQuery = z.object({
  cluster: z.string('is missing: the resource id of the cluster').max(2048),
  version: z
    .string('is missing: the Kubernetes version, such as 1.35.6')
    .refine(isKubernetesVersion, 'must be a Kubernetes version such as 1.35.6'),
});

/** `current`: what the cluster runs, for new node images and weekly AKS releases. */
export const askedVersion = z
  .string('is missing: the Kubernetes version, such as 1.35.6, or current')
  .refine(
    (text): text is AskedVersion => text === 'current' || isKubernetesVersion(text),
    'must be a Kubernetes version such as 1.35.6, or current',
  );

/** Where the host looks for a key, and its name. */
const hostFields = { code: z.string().optional(), clientId: z.string().optional() };

/** Strict: `Strict=true` that nobody heeds would be answered 200 for a gate that is shut. */
const gateQuery = z.strictObject({
  ...targetQuery.shape,
  ...hostFields,
  version: askedVersion,
  upgrade: z
    .enum(['kubernetes', 'node-image', 'aks-release'], 'must be kubernetes, node-image or aks-release')
    .default('kubernetes'),
  strict: z.enum(['true', 'false'], 'must be true or false').default('false'),
});

const most = 'must be a number from 1 to 1000';
const auditQuery = z.object({
  most: z.coerce.number(most).int(most).min(1, most).max(1000, most).default(100),
});

export interface SyncRequest {
  readonly cluster: ResourceId | undefined;
  readonly kubernetesVersion: KubernetesVersion | undefined;
  readonly dryRun: boolean;
}

/** A cluster and a version of it. */
export interface TargetRequest {
  readonly cluster: ResourceId;
  readonly version: KubernetesVersion;
}

export interface GateRequest {
  readonly cluster: ResourceId;
  readonly version: AskedVersion;
  /** Answer 409 unless open. */
  readonly strict: boolean;
}

/** @param body text of the request; nothing means everything @throws SyncError INVALID_INPUT naming the field */
export function parseSyncRequest(body: string): SyncRequest {
  const parsed = syncBody.safeParse(parseJson(body.trim() === '' ? '{}' : body));
  if (!parsed.success) throw new SyncError('INVALID_INPUT', describeIssues(parsed.error));
  const { clusterId, dryRun } = parsed.data;
  return {
    cluster: clusterId === undefined ? undefined : named('clusterId', () => parseClusterId(clusterId)),
    kubernetesVersion: parsed.data.kubernetesVersion,
    dryRun,
  };
}

/** @param body `{"id": …}` or `{"all": true}` @throws SyncError INVALID_INPUT */
export function parseReplayRequest(body: string): ReplayRequest {
  const parsed = replayBody.safeParse(parseJson(body));
  if (!parsed.success) throw new SyncError('INVALID_INPUT', 'wanted is {"id": "<id of a message>"} or {"all": true}');
  return parsed.data;
}

/** @throws SyncError INVALID_INPUT naming the parameter */
export function parseTargetRequest(query: URLSearchParams): TargetRequest {
  const parsed = targetQuery.safeParse(Object.fromEntries(query));
  if (!parsed.success) throw new SyncError('INVALID_INPUT', describeIssues(parsed.error));
  const { cluster, version } = parsed.data;
  return { cluster: named('cluster', () => parseClusterId(cluster)), version };
}

/** @throws SyncError INVALID_INPUT naming the parameter */
export function parseGateRequest(query: URLSearchParams): GateRequest {
  const fields = Object.fromEntries(query);
  const asksCurrent = ['node-image', 'aks-release'].includes(fields['upgrade'] ?? '');
  const parsed = gateQuery.safeParse(asksCurrent ? { ...fields, version: 'current' } : fields);
  if (!parsed.success) throw new SyncError('INVALID_INPUT', describeIssues(parsed.error));
  const { cluster, version, strict } = parsed.data;
  return { cluster: named('cluster', () => parseClusterId(cluster)), version, strict: strict === 'true' };
}

/** @throws SyncError INVALID_INPUT naming the parameter */
export function parseAuditRequest(query: URLSearchParams): { readonly most: number } {
  const parsed = auditQuery.safeParse(Object.fromEntries(query));
  if (!parsed.success) throw new SyncError('INVALID_INPUT', describeIssues(parsed.error));
  return parsed.data;
}

/** @throws SyncError INVALID_INPUT */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyncError('INVALID_INPUT', 'the body is no JSON document', { cause });
  }
}

/** Lets a complaint name the field. */
export function named<Value>(field: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyncError)
      throw new SyncError('INVALID_INPUT', `${field}: ${error.message}`, { cause: error });
    throw error;
  }
}

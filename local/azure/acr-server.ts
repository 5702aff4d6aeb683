import type { AcrTokens, Need } from './acr-tokens.js';
import { appClientId } from './identity.js';
import { listManifests, listTags } from './acr-inventory.js';
import type { Dice } from './dice.js';
import { answerJson, bearerToken, type Answer, type Received } from './http.js';
import { answerBlob, answerManifest, answerOciError, parseOciPath, takePage } from './oci-answers.js';
import type { PullLog } from './pull-log.js';
import type { RegistryCache, Served } from './registry-cache.js';
import type { Scenario } from './scenario.js';

export interface AcrParts {
  readonly name: string;
  readonly loginServer: string;
  readonly cache: RegistryCache;
  readonly tokens: AcrTokens;
  readonly dice: Dice;
  readonly faults: Scenario['faults'];
  readonly pulls: PullLog;
}

const upstreamHeader = { 'x-azure-origin': 'upstream' };

/** The data plane of one registry. */
export function answerAcr(acr: AcrParts, request: Received): Answer {
  if (request.path === '/oauth2/exchange') return acr.tokens.exchange(request);
  if (request.path === '/oauth2/token') return acr.tokens.token(request);
  if (request.path.startsWith('/acr/v1/')) return answerInventory(acr, request);
  const asked = parseOciPath(request.path);
  if (!asked) return answerOciError(404, 'NOT_FOUND', 'no such page');
  const token = bearerToken(request.headers);
  if (asked.kind === 'base') return acr.tokens.refuse(token) ?? answerJson(200, {});
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const actions: Need['actions'] = !isRead ? ['push'] : asked.kind === 'tags' ? ['metadata_read', 'pull'] : ['pull'];
  const refusal = acr.tokens.refuse(token, { type: 'repository', name: asked.repository, actions });
  if (refusal) return refusal;
  if (!isRead || asked.kind === 'upload') return refuseWrite(acr, asked.repository);
  switch (asked.kind) {
    case 'manifest':
      return answerPull(acr, asked.repository, asked.reference, request);
    case 'blob': {
      const blob = acr.cache.pullBlob(asked.repository, asked.digest, request.method);
      if (!blob) return answerOciError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
      return answerBlob(asked.digest, blob.body, blob.origin === 'upstream' ? upstreamHeader : {});
    }
    case 'tags': {
      const stored = acr.cache.stored().get(asked.repository);
      if (!stored) return unknownRepository(asked.repository);
      const { page, headers } = takePage([...stored.tags.keys()].sort(), request, 100);
      return answerJson(200, { name: asked.repository, tags: page }, headers);
    }
  }
}

function answerPull(acr: AcrParts, repository: string, reference: string, request: Received): Answer {
  const served = acr.cache.find(repository, reference);
  if (!served) {
    const known = acr.cache.stored().has(repository) || acr.cache.upstreamOf(repository) !== undefined;
    if (!known) return unknownRepository(repository);
    return answerOciError(404, 'MANIFEST_UNKNOWN', `manifest tagged by "${reference}" is not found`);
  }
  const fault = served.origin === 'upstream' ? rollFault(acr, repository, reference, served) : undefined;
  if (fault) return fault;
  if (request.method === 'GET') recordPull(acr, repository, reference, served, request);
  return answerManifest(served.manifest, served.origin === 'upstream' ? upstreamHeader : {});
}

/** Whoever has a token is the managed identity of the app: nodes pull without HTTP, see node-pulls.ts. */
function recordPull(acr: AcrParts, repository: string, reference: string, served: Served, request: Received): void {
  acr.cache.recordPull(repository, reference, served);
  acr.pulls.record({
    loginServer: acr.loginServer,
    repository,
    tag: reference.includes(':') ? '' : reference,
    digest: served.manifest.digest,
    identity: appClientId,
    userAgent: request.headers['user-agent'] ?? '',
  });
}

/** Failures that users saw while a manifest was not cached yet: acr#754, acr#892, acr#876. */
function rollFault(acr: AcrParts, repository: string, reference: string, served: Served): Answer | undefined {
  const { dice, faults } = acr;
  const subject = `${acr.name}/${repository}@${served.manifest.digest}`;
  if (dice.hits(faults.registryThrottledShare, '429', subject)) {
    const message = 'too many requests to source registry for cache rule';
    return answerOciError(429, 'TOOMANYREQUESTS', message, { 'retry-after': String(faults.retryAfterSeconds) });
  }
  if (reference.includes(':') && dice.hits(faults.childFailedShare, '424', subject)) {
    return answerOciError(424, 'FAILED_DEPENDENCY', 'the source registry did not answer');
  }
  if (dice.hits(faults.upstreamErrorShare, '502', subject)) return { status: 502, body: 'Bad Gateway' };
  return undefined;
}

/** A rule blocks pushes into its targets (acr#845); status and wording are unverified. This double stores no pushes at all. */
function refuseWrite(acr: AcrParts, repository: string): Answer {
  if (acr.cache.upstreamOf(repository) !== undefined) {
    return answerOciError(403, 'DENIED', `a cache rule fills "${repository}": pushes into its target are not allowed`);
  }
  return answerOciError(405, 'UNSUPPORTED', 'the local Azure stores no pushes');
}

function unknownRepository(repository: string): Answer {
  return answerOciError(404, 'NAME_UNKNOWN', `repository name "${repository}" not known to registry`);
}

/** ACR's metadata API: what is stored, never what upstream has. */
function answerInventory(acr: AcrParts, request: Received): Answer {
  const token = bearerToken(request.headers);
  if (request.method !== 'GET') return answerOciError(405, 'UNSUPPORTED', 'the operation is unsupported');
  if (request.path === '/acr/v1/_catalog') {
    const refusal = acr.tokens.refuse(token, { type: 'registry', name: 'catalog', actions: ['*'] });
    if (refusal) return refusal;
    const { page, headers } = takePage([...acr.cache.stored().keys()].sort(), request, 100);
    return answerJson(200, { repositories: page }, headers);
  }
  const [, repository = '', list] = /^\/acr\/v1\/(.+)\/_(manifests|tags)$/.exec(request.path) ?? [];
  if (list === undefined) return answerOciError(404, 'NOT_FOUND', 'no such page');
  const refusal = acr.tokens.refuse(token, { type: 'repository', name: repository, actions: ['metadata_read'] });
  if (refusal) return refusal;
  const answer = list === 'tags' ? listTags(acr, repository, request) : listManifests(acr, repository, request);
  return answer ?? unknownRepository(repository);
}

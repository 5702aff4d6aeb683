import type { AcrParts } from './acr-parts.js';
import { appClientId } from './identity.js';
import type { Answer, Received } from './http.js';
import { answerBlob, answerManifest, answerOciError, answerReferrers } from './oci-answers.js';
import type { Served } from './registry-cache.js';

const upstreamHeader = { 'x-azure-origin': 'upstream' };
const badGateway: Answer = { status: 502, body: 'Bad Gateway' };

/** A manifest by tag or digest. A pull of what is not stored yet may fail, as users of Azure saw it. */
export function answerPull(acr: AcrParts, repository: string, reference: string, request: Received): Answer {
  const served = acr.cache.find(repository, reference);
  if (!served) return answerMissing(acr, repository, reference);
  const fault = served.origin === 'upstream' ? rollFault(acr, repository, reference, served) : undefined;
  if (fault) return fault;
  if (request.method === 'GET') recordPull(acr, repository, reference, served, request);
  return answerManifest(served.manifest, served.origin === 'upstream' ? upstreamHeader : {});
}

/** A config or layer: stored ones by a redirect, proxied ones by the registry itself. */
export function answerContent(acr: AcrParts, repository: string, digest: string, request: Received): Answer {
  const blob = acr.cache.pullBlob(repository, digest, request.method);
  if (!blob) {
    return cannotAsk(acr, repository) ? badGateway : answerOciError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  }
  if (blob.origin === 'upstream') return answerBlob(digest, blob.body, upstreamHeader);
  const location = acr.dataLink?.(repository, digest);
  return location === undefined ? answerBlob(digest, blob.body) : { status: 307, headers: { location } };
}

/** What refers to a manifest, as upstream lists it: which of it is stored no source tells. 424: acr#891. */
export function answerReferrersOf(acr: AcrParts, repository: string, digest: string): Answer {
  const { dice, faults, cache, mar } = acr;
  const upstream = cache.upstreamOf(repository);
  const fails = dice.hits(faults.referrersFailedShare, 'referrers', `${acr.name}/${repository}@${digest}`);
  if (upstream !== undefined && (fails || mar.isDown)) {
    return answerOciError(424, 'FAILED_DEPENDENCY', 'the source registry did not answer');
  }
  return answerReferrers(upstream === undefined ? [] : mar.referrers(upstream, digest));
}

export function answerUnknownRepository(repository: string): Answer {
  return answerOciError(404, 'NAME_UNKNOWN', `repository name "${repository}" not known to registry`);
}

function answerMissing(acr: AcrParts, repository: string, reference: string): Answer {
  if (cannotAsk(acr, repository)) return badGateway;
  const isKnown = acr.cache.stored().has(repository) || acr.cache.upstreamOf(repository) !== undefined;
  if (!isKnown) return answerUnknownRepository(repository);
  return answerOciError(404, 'MANIFEST_UNKNOWN', `manifest tagged by "${reference}" is not found`);
}

/** Whether only upstream could tell, and it does not answer. */
function cannotAsk(acr: AcrParts, repository: string): boolean {
  return acr.mar.isDown && acr.cache.upstreamOf(repository) !== undefined;
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
  return dice.hits(faults.upstreamErrorShare, '502', subject) ? badGateway : undefined;
}

import { answerContent, answerPull, answerReferrersOf, answerUnknownRepository } from './acr-content.js';
import type { AcrParts } from './acr-parts.js';
import type { Need } from './acr-tokens.js';
import { listManifests, listTags } from './acr-inventory.js';
import { answerJson, bearerToken, type Answer, type Received } from './http.js';
import { answerOciError, parseOciPath, takePage } from './oci-answers.js';

/** The data plane of one registry. */
export function answerAcr(acr: AcrParts, request: Received): Answer {
  const tooMany = acr.limits.refuse(request.path);
  if (tooMany) return tooMany;
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
    case 'blob':
      return answerContent(acr, asked.repository, asked.digest, request);
    case 'referrers':
      return answerReferrersOf(acr, asked.repository, asked.digest);
    case 'tags': {
      const stored = acr.cache.stored().get(asked.repository);
      if (!stored) return answerUnknownRepository(asked.repository);
      const { page, headers } = takePage([...stored.tags.keys()].sort(), request, 100);
      return answerJson(200, { name: asked.repository, tags: page }, headers);
    }
  }
}

/** A rule blocks pushes into its targets (acr#845); status and wording are unverified. This double stores no pushes at all. */
function refuseWrite(acr: AcrParts, repository: string): Answer {
  if (acr.cache.upstreamOf(repository) !== undefined) {
    return answerOciError(403, 'DENIED', `a cache rule fills "${repository}": pushes into its target are not allowed`);
  }
  return answerOciError(405, 'UNSUPPORTED', 'the local Azure stores no pushes');
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
  return answer ?? answerUnknownRepository(repository);
}

import { answerJson, type Answer, type Received } from './http.js';
import type { Mar } from './mar.js';
import { answerBlob, answerManifest, answerOciError, answerReferrers, parseOciPath, takePage } from './oci-answers.js';

/** MAR's anonymous read API. Source: OCI Distribution Spec 1.1, "Pull" and "Content Discovery". */
export function answerMar(mar: Mar, request: Received): Answer {
  if (mar.isDown) return { status: 503, body: 'Service Unavailable' };
  const asked = parseOciPath(request.path);
  if (!asked) return answerOciError(404, 'NOT_FOUND', 'no such page');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return answerOciError(405, 'UNSUPPORTED', 'the operation is unsupported');
  }
  switch (asked.kind) {
    case 'base':
      return answerJson(200, {}, { 'docker-distribution-api-version': 'registry/2.0' });
    case 'manifest': {
      const manifest = mar.manifest(asked.repository, asked.reference);
      if (manifest) return answerManifest(manifest);
      return answerOciError(404, 'MANIFEST_UNKNOWN', `manifest tagged by "${asked.reference}" is not found`);
    }
    case 'blob': {
      const blob = mar.blob(asked.repository, asked.digest);
      return blob ? answerBlob(asked.digest, blob) : answerOciError(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    }
    case 'tags': {
      const tags = mar.tags(asked.repository);
      if (!tags)
        return answerOciError(404, 'NAME_UNKNOWN', `repository name "${asked.repository}" not known to registry`);
      const { page, headers } = takePage(tags, request, 1000);
      return answerJson(200, { name: asked.repository, tags: page }, headers);
    }
    case 'referrers':
      return answerReferrers(mar.referrers(asked.repository, asked.digest));
    case 'upload':
      return answerOciError(405, 'UNSUPPORTED', 'the operation is unsupported');
  }
}

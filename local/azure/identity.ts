import { randomBytes } from 'node:crypto';
import { answerJson, type Answer, type Received } from './http.js';

/** Client id of the app's managed identity. */
export const appClientId = '5e29463d-71da-4fe0-8e69-999b57db23b0';

const lifetimeSeconds = 24 * 60 * 60;

/** The managed identity of the app: opaque tokens, each for one resource. */
export class TokenIssuer {
  private readonly resources = new Map<string, string>();

  issue(resource: string): string {
    const token = `aad-${randomBytes(24).toString('hex')}`;
    this.resources.set(token, resource.replace(/\/+$/, ''));
    return token;
  }

  /** True when the token is ours and was issued for one of the resources; trailing slashes do not count. */
  accepts(token: string | undefined, resources: readonly string[]): boolean {
    const issuedFor = token === undefined ? undefined : this.resources.get(token);
    return issuedFor !== undefined && resources.some((resource) => resource.replace(/\/+$/, '') === issuedFor);
  }
}

/**
 * `GET /msi/token?resource=…&api-version=2019-08-01` with the secret in `X-IDENTITY-HEADER`.
 * Source: App Service and Azure Functions, "Use managed identities", REST endpoint reference.
 */
export function answerIdentity(request: Received, secret: string, issuer: TokenIssuer): Answer {
  if (request.path !== '/msi/token' || request.method !== 'GET') {
    return answerJson(404, { statusCode: 404, message: 'not the token endpoint' });
  }
  if (request.headers['x-identity-header'] !== secret) {
    return answerJson(401, { statusCode: 401, message: 'X-IDENTITY-HEADER is missing or wrong' });
  }
  if (request.query.get('api-version') !== '2019-08-01') {
    return answerJson(400, { statusCode: 400, message: 'api-version must be 2019-08-01' });
  }
  const resource = request.query.get('resource');
  if (!resource) return answerJson(400, { statusCode: 400, message: 'resource is missing' });
  return answerJson(200, {
    access_token: issuer.issue(resource),
    expires_on: String(Math.floor(Date.now() / 1000) + lifetimeSeconds),
    resource,
    token_type: 'Bearer',
    client_id: appClientId,
  });
}

import { randomUUID } from 'node:crypto';
import { answerJson, type Answer, type Received } from './http.js';
import type { TokenIssuer } from './identity.js';
import { answerOciError } from './oci-answers.js';

const refreshSeconds = 3 * 60 * 60;
const accessSeconds = 75 * 60;

/** Audiences that a registry with `authentication-as-arm` enabled exchanges. */
const registryAudience = 'https://containerregistry.azure.net';

/** `repository:oss/pause:pull,push` as its parts. */
interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** What a request has to be allowed: one of the actions. */
export interface Need {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly [string, ...string[]];
}

/**
 * ACR's token service. Source: Azure/acr docs/AAD-OAuth.md.
 * Tokens look like JWTs, because clients read their `exp`; they are checked against what was issued, not decoded.
 */
export class AcrTokens {
  private readonly refreshTokens = new Set<string>();
  private readonly accessTokens = new Map<string, readonly Access[]>();

  constructor(
    private readonly loginServer: string,
    private readonly issuer: TokenIssuer,
    private readonly armAudiences: readonly string[],
  ) {}

  /** `POST /oauth2/exchange`: an Entra token for a refresh token. */
  exchange(request: Received): Answer {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const wrong = this.wrongForm(request, form, 'access_token');
    if (wrong) return wrong;
    const audiences = [registryAudience, ...this.armAudiences];
    if (!this.issuer.accepts(form.get('access_token') ?? undefined, audiences)) {
      return answerOciError(
        401,
        'UNAUTHORIZED',
        'authentication required: the AAD token is not valid for this registry',
      );
    }
    const token = issueJwt(
      { aud: this.loginServer, grant_type: 'refresh_token', permissions: { actions: ['read'] } },
      refreshSeconds,
    );
    this.refreshTokens.add(token);
    return answerJson(200, { refresh_token: token });
  }

  /** `POST /oauth2/token`: a refresh token for an access token of the scopes asked for. */
  token(request: Received): Answer {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const wrong = this.wrongForm(request, form, 'refresh_token');
    if (wrong) return wrong;
    if (!this.refreshTokens.has(form.get('refresh_token') ?? '')) {
      return answerOciError(401, 'UNAUTHORIZED', 'authentication required: the refresh token is not valid');
    }
    const scopes = form
      .getAll('scope')
      .flatMap((scope) => scope.split(' '))
      .filter((scope) => scope !== '');
    const access = scopes.map(parseScope);
    if (access.length === 0 || access.includes(undefined)) {
      return answerOciError(400, 'BAD_REQUEST', 'scope is missing or malformed');
    }
    const granted = access.filter((one) => one !== undefined);
    const token = issueJwt({ aud: this.loginServer, grant_type: 'access_token', access: granted }, accessSeconds);
    this.accessTokens.set(token, granted);
    return answerJson(200, { access_token: token });
  }

  /**
   * Undefined when the token allows one of the actions, otherwise the 401 with its challenge for the first of them.
   * Without `need` any valid token will do.
   */
  refuse(token: string | undefined, need?: Need): Answer | undefined {
    const access = token === undefined ? undefined : this.accessTokens.get(token);
    const allows = (one: Access): boolean =>
      need === undefined ||
      (one.type === need.type && one.name === need.name && need.actions.some((action) => one.actions.includes(action)));
    if (access?.some(allows)) return undefined;
    const scope = need ? `,scope="${need.type}:${need.name}:${need.actions[0]}"` : '';
    const error = token === undefined ? '' : `,error="${access ? 'insufficient_scope' : 'invalid_token'}"`;
    return answerOciError(401, 'UNAUTHORIZED', 'authentication required', {
      'www-authenticate': `Bearer realm="https://${this.loginServer}/oauth2/token",service="${this.loginServer}"${scope}${error}`,
    });
  }

  private wrongForm(request: Received, form: URLSearchParams, grantType: string): Answer | undefined {
    if (request.method !== 'POST') return answerOciError(405, 'UNSUPPORTED', 'the operation is unsupported');
    if (form.get('grant_type') !== grantType)
      return answerOciError(400, 'BAD_REQUEST', `grant_type must be ${grantType}`);
    if (form.get('service') !== this.loginServer)
      return answerOciError(400, 'BAD_REQUEST', 'service is not this registry');
    return undefined;
  }
}

function parseScope(scope: string): Access | undefined {
  const [, type, name, actions] = /^([a-z]+):(.+):([a-z_*,]+)$/.exec(scope) ?? [];
  if (type === undefined || name === undefined || actions === undefined) return undefined;
  return { type, name, actions: actions.split(',') };
}

function issueJwt(claims: object, lifetimeSeconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = {
    jti: randomUUID(),
    iss: 'Azure Container Registry',
    iat: now,
    exp: now + lifetimeSeconds,
    ...claims,
  };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(payload)}.${Buffer.from(randomUUID()).toString('base64url')}`;
}

import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import { failureOf } from './failures.js';
import { parseBearerChallenge, type TokenSource } from './token-source.js';

const answer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Anonymous pull tokens, for registries such as MAR that anybody may read. */
export class AnonymousTokens implements TokenSource {
  constructor(private readonly fetcher: typeof fetch = fetch) {}

  async authorize(challenge: string, scope: string): Promise<string> {
    const bearer = parseBearerChallenge(challenge);
    if (!bearer) throw new SyncError('REGISTRY_FORBIDDEN', 'the registry asks for credentials that we do not have');
    const url = new URL(bearer.realm);
    url.searchParams.set('service', bearer.service);
    url.searchParams.set('scope', scope);
    const response = await this.fetcher(url, { signal: AbortSignal.timeout(15_000) });
    const body = await response.text();
    if (!response.ok) throw failureOf(response, `token of ${url.host}`, body);
    const parsed = answer.safeParse(JSON.parse(body));
    const token = parsed.data?.token ?? parsed.data?.access_token;
    if (!token) throw new SyncError('REGISTRY_UNAVAILABLE', `token of ${url.host}: the answer carries no token`);
    return `Bearer ${token}`;
  }
}

import * as z from 'zod/mini';
import { SyncError } from '../model/errors.js';
import { parseJson } from '../model/parse-json.js';
import { failureOf } from './failures.js';
import { isLoopback } from './loopback.js';
import { readText, unanswered } from './response.js';
import { parseBearerChallenge, type BearerChallenge, type TokenSource } from './token-source.js';

const answer = z.object({ token: z.optional(z.string()), access_token: z.optional(z.string()) });

/** Anonymous pull tokens, for registries such as MAR that anybody may read. */
export class AnonymousTokens implements TokenSource {
  constructor(private readonly fetcher: typeof fetch = fetch) {}

  async authorize(challenge: string, scope: string): Promise<string> {
    const bearer = parseBearerChallenge(challenge);
    if (!bearer) throw new SyncError('REGISTRY_FORBIDDEN', 'the registry asks for credentials that we do not have');
    const url = realmOf(bearer);
    url.searchParams.set('service', bearer.service);
    url.searchParams.set('scope', scope);
    const where = `token of ${url.host}`;
    const response = await this.#ask(url, where);
    const body = await readText(response, where);
    if (!response.ok) throw failureOf(response, where, body, 'token');
    const parsed = answer.safeParse(parseJson(body));
    const token = parsed.data?.token ?? parsed.data?.access_token;
    if (!token) throw new SyncError('REGISTRY_UNAVAILABLE', `${where}: the answer carries no token`);
    return `Bearer ${token}`;
  }

  async #ask(url: URL, where: string): Promise<Response> {
    try {
      return await this.fetcher(url, { signal: AbortSignal.timeout(15_000), redirect: 'error' });
    } catch (cause) {
      throw unanswered(where, cause);
    }
  }
}

/** A challenge is the registry's word: it must not lead us to a plain http address inside the network, such as the metadata service. */
function realmOf({ realm }: BearerChallenge): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))) return url;
  throw new SyncError(
    'REGISTRY_FORBIDDEN',
    `the registry names a token service that we do not ask: "${realm.slice(0, 200)}"`,
  );
}

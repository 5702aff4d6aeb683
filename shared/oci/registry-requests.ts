import { SyncError } from '../model/errors.js';
import { failureOf, type Asked } from './failures.js';
import { isLoopback } from './loopback.js';
import { acceptedManifests } from './manifest.js';
import { fetchFollowing } from './redirects.js';
import { readText, unanswered } from './response.js';
import type { TokenSource } from './token-source.js';
import { userAgent } from './user-agent.js';

/** For a whole answer, in ms. */
export const requestTimeout = 30_000;

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD';
  readonly repository: string;
  /** Below `/v2/{repository}/`, for example `manifests/3.10`. */
  readonly path: string;
  readonly asked: Asked;
  /** Ends the request; `requestTimeout` for each try unless given, time for a token not counted. */
  readonly signal?: AbortSignal;
}

/** Requests to one registry with the tokens they need: one scope each, so that no token outgrows header limits (zot#2903). */
export class RegistryRequests {
  /** By repository; what is under way is shared by all who wait for it. */
  readonly #authorizations = new Map<string, Promise<string>>();
  /** The newest challenge: a registry that has asked once for a token asks for one everywhere. */
  #challenge: string | undefined;

  /** @throws SyncError INVALID_INPUT for plain http on anything but a loopback host */
  constructor(
    readonly endpoint: string,
    private readonly tokens: TokenSource,
    private readonly fetcher: typeof fetch,
  ) {
    const url = new URL(endpoint);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
      throw new SyncError('INVALID_INPUT', `registry ${endpoint}: http is accepted on loopback hosts only`);
    }
  }

  /** What messages name. */
  nameOf({ method, repository, path }: Pick<RegistryRequest, 'method' | 'repository' | 'path'>): string {
    return `${method} ${this.endpoint}/v2/${repository}/${path}`;
  }

  /**
   * The answer, its body unread. A token that was refused is renewed once.
   * @throws SyncError as failures.ts tells, also for what the token service answers
   */
  async send(request: RegistryRequest): Promise<Response> {
    const { repository } = request;
    const used = this.#authorizations.get(repository) ?? this.#foresee(repository);
    const first = await this.#ask(request, await used);
    if (first.status !== 401) return this.#accept(first, request);
    await readText(first, this.nameOf(request)).catch(() => '');
    this.#challenge = first.headers.get('www-authenticate') ?? '';
    const newest = this.#authorizations.get(repository);
    // Another request may have renewed the token while this one was on its way.
    const renewed = newest !== undefined && newest !== used ? newest : this.#authorize(repository, this.#challenge);
    return this.#accept(await this.#ask(request, await renewed), request);
  }

  #foresee(repository: string): Promise<string> | undefined {
    return this.#challenge === undefined ? undefined : this.#authorize(repository, this.#challenge);
  }

  #authorize(repository: string, challenge: string): Promise<string> {
    const pending = this.tokens.authorize(challenge, `repository:${repository}:pull`);
    this.#authorizations.set(repository, pending);
    pending.catch(() => {
      if (this.#authorizations.get(repository) === pending) this.#authorizations.delete(repository);
    });
    return pending;
  }

  async #ask(request: RegistryRequest, authorization: string | undefined): Promise<Response> {
    const { method, repository, path, signal = AbortSignal.timeout(requestTimeout) } = request;
    const headers = {
      accept: acceptedManifests,
      // Digests and sizes are of content as it is, not as somebody on the way packs it.
      'accept-encoding': 'identity',
      'user-agent': userAgent,
      ...(authorization === undefined ? {} : { authorization }),
    };
    try {
      const url = `${this.endpoint}/v2/${repository}/${path}`;
      return await fetchFollowing(url, { method, headers, signal }, this.fetcher);
    } catch (cause) {
      throw cause instanceof SyncError ? cause : unanswered(this.nameOf(request), cause);
    }
  }

  async #accept(response: Response, request: RegistryRequest): Promise<Response> {
    if (response.ok) return response;
    const where = this.nameOf(request);
    throw failureOf(response, where, await readText(response, where).catch(() => ''), request.asked);
  }
}

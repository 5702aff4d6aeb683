import type { TokenCredential } from '@azure/core-auth';
import { z } from 'zod';
import { SyncError } from '../model/errors.js';
import { failureOf } from '../oci/failures.js';
import { readText, unanswered } from '../oci/response.js';
import type { TokenSource } from '../oci/token-source.js';

const refreshAnswer = z.object({ refresh_token: z.string().min(1) });
const accessAnswer = z.object({ access_token: z.string().min(1) });
/** Fields of a form; a name may be there more than once. */
type Form = readonly (readonly [name: string, value: string])[];

/** Audience of registries; those without `authentication-as-arm` take it as well. */
const audience = 'https://containerregistry.azure.net';
/** ACR's refresh tokens live three hours; one that is refused before is forgotten. */
const refreshForMs = 60 * 60_000;

/**
 * Pull tokens of one Azure Container Registry: Entra token -> refresh token -> access token of one repository.
 * The Entra token goes to the registry's own host alone, whatever a challenge names.
 * Source: Azure/acr docs/AAD-OAuth.md.
 */
export class AcrTokens implements TokenSource {
  #refresh: { readonly token: Promise<string>; readonly until: number } | undefined;

  constructor(
    private readonly loginServer: string,
    private readonly credential: TokenCredential,
    private readonly now: () => Date,
    private readonly fetcher: typeof fetch = fetch,
  ) {}

  async authorize(_challenge: string, scope: string): Promise<string> {
    const refresh_token = await this.#refreshToken();
    // ACR takes several scopes as several fields of that name.
    const scopes = scope.split(' ').map((one) => ['scope', one] as const);
    const form = [
      ['grant_type', 'refresh_token'],
      ['service', this.loginServer],
      ...scopes,
      ['refresh_token', refresh_token],
    ] as const;
    const answer = accessAnswer.safeParse(await this.#redeem(form));
    if (!answer.success)
      throw new SyncError('REGISTRY_UNAVAILABLE', `${this.loginServer}: the answer carries no access token`);
    return `Bearer ${answer.data.access_token}`;
  }

  /** A refused refresh token may have been revoked: the next try exchanges anew. */
  async #redeem(form: Form): Promise<unknown> {
    try {
      return await this.#post('token', form);
    } catch (error) {
      if (error instanceof SyncError && error.code === 'REGISTRY_FORBIDDEN') this.#refresh = undefined;
      throw error;
    }
  }

  /** One exchange at a time, shared by all requests; a failed one is forgotten. */
  async #refreshToken(): Promise<string> {
    const now = this.now().getTime();
    if (!this.#refresh || now >= this.#refresh.until) {
      this.#refresh = { token: this.#exchange(), until: now + refreshForMs };
    }
    try {
      return await this.#refresh.token;
    } catch (error) {
      this.#refresh = undefined;
      throw error;
    }
  }

  async #exchange(): Promise<string> {
    const entra = await this.credential.getToken(`${audience}/.default`).catch((cause: unknown) => {
      throw new SyncError('REGISTRY_FORBIDDEN', `no Entra token for ${audience}`, { cause });
    });
    const form = [
      ['grant_type', 'access_token'],
      ['service', this.loginServer],
      ['access_token', entra?.token ?? ''],
    ] as const;
    const answer = refreshAnswer.safeParse(await this.#post('exchange', form));
    if (!answer.success)
      throw new SyncError('REGISTRY_UNAVAILABLE', `${this.loginServer}: the answer carries no refresh token`);
    return answer.data.refresh_token;
  }

  async #post(path: 'exchange' | 'token', form: Form): Promise<unknown> {
    const where = `POST https://${this.loginServer}/oauth2/${path}`;
    let response: Response;
    try {
      response = await this.fetcher(`https://${this.loginServer}/oauth2/${path}`, {
        method: 'POST',
        body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])),
        signal: AbortSignal.timeout(15_000),
        redirect: 'error',
      });
    } catch (cause) {
      throw unanswered(where, cause);
    }
    const text = await readText(response, where);
    if (!response.ok) throw failureOf(response, where, text, 'token');
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new SyncError('REGISTRY_UNAVAILABLE', `${where}: the answer is no JSON`, { cause });
    }
  }
}

import { AnonymousTokens } from './anonymous.js';
import type { TokenSource } from './token-source.js';

/** User name and password: sent to a registry that asks for them itself, or to the token service that it names. Source: RFC 7617. */
export class PasswordTokens implements TokenSource {
  readonly #basic: string;
  readonly #service: AnonymousTokens;

  constructor(username: string, password: string, fetcher: typeof fetch = fetch) {
    this.#basic = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
    const headers = { authorization: this.#basic };
    this.#service = new AnonymousTokens((input, init) => fetcher(input, { ...init, headers }));
  }

  async authorize(challenge: string, scope: string): Promise<string> {
    return /^basic\b/i.test(challenge) ? this.#basic : await this.#service.authorize(challenge, scope);
  }
}

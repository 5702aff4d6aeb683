import type { TokenCredential } from '@azure/core-auth';
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
  type PipelinePolicy,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { SyncError, type FailureCode } from '../model/errors.js';
import { parseJson } from '../model/parse-json.js';
import { parseRetryAfter } from '../model/retry-after.js';
import { retryClosedReads } from './closed-connection.js';

const page = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });
const problem = z.object({ error: z.object({ code: z.string(), message: z.string() }).partial() });
const mostPages = 1000;
const requestTimeout = 30_000;

export interface ArmAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | undefined;
}

/** What became of a change: "conflict" is 412, "busy" 409, "refused" 400; `reason` in ARM's words. */
export type ArmWrite =
  | { readonly outcome: 'done'; readonly body: unknown }
  | { readonly outcome: 'conflict' | 'busy' | 'refused'; readonly reason: string };

/** Raw requests to Azure Resource Manager, for what the typed clients drop or lack. */
export class ArmClient {
  readonly #http = createDefaultHttpClient();
  readonly #pipeline;

  /**
   * @param endpoint for example `https://management.azure.com`
   * @param audience token audience, without `/.default`
   * @param policies that see every request, such as `watchPolicy`
   */
  constructor(
    private readonly endpoint: string,
    audience: string,
    credential: TokenCredential,
    policies: readonly PipelinePolicy[] = [],
  ) {
    // No retries here: an invocation must not sleep. The message that comes back after `Retry-After` is the retry.
    this.#pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
    this.#pipeline.addPolicy(retryClosedReads);
    this.#pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: `${audience}/.default` }));
    for (const policy of policies) this.#pipeline.addPolicy(policy, { phase: 'Sign' });
  }

  /** @returns undefined where ARM has no such resource. @throws SyncError ARM_FORBIDDEN, ARM_UNAVAILABLE, ARM_UNEXPECTED */
  async get(path: string, apiVersion: string): Promise<ArmAnswer | undefined> {
    const answer = await this.#send('GET', this.#url(path, apiVersion));
    if (isAbsent(answer)) return undefined;
    return accepted(answer, `GET ${path}`);
  }

  /** All pages of a list. @throws as `get` */
  async list(path: string, apiVersion: string): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    let url: string | undefined = this.#url(path, apiVersion);
    for (let read = 0; url !== undefined; read += 1) {
      if (read >= mostPages) throw new SyncError('ARM_UNEXPECTED', `GET ${path}: more than ${mostPages} pages`);
      const answer = accepted(await this.#send('GET', url), `GET ${path}`);
      const parsed = page.safeParse(answer.body);
      if (!parsed.success)
        throw new SyncError(
          'ARM_UNEXPECTED',
          `GET ${path}: not a list: ${z.prettifyError(parsed.error).slice(0, 300)}`,
        );
      items.push(...parsed.data.value);
      url = parsed.data.nextLink ? this.#own(parsed.data.nextLink) : undefined;
    }
    return items;
  }

  /**
   * Changes a resource if it is still the one that `etag` names.
   * @returns "conflict" where somebody else changed it first (409, 412). @throws as `get`
   */
  async patch(
    path: string,
    apiVersion: string,
    body: unknown,
    etag: string | undefined,
  ): Promise<'accepted' | 'conflict'> {
    const headers = etag === undefined ? {} : { 'if-match': etag };
    const answer = await this.#send('PATCH', this.#url(path, apiVersion), body, headers);
    if (answer.status === 409 || answer.status === 412) return 'conflict';
    accepted(answer, `PATCH ${path}`);
    return 'accepted';
  }

  /**
   * Replaces or deletes a resource. One that is gone counts as deleted.
   * @param conditions headers such as `if-match` @throws as `get`
   */
  async write(
    method: 'PUT' | 'DELETE',
    path: string,
    apiVersion: string,
    conditions: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<ArmWrite> {
    const answer = await this.#send(method, this.#url(path, apiVersion), body, conditions);
    const where = `${method} ${path}`;
    if (answer.status === 412) return { outcome: 'conflict', reason: describeAnswer(answer) };
    if (answer.status === 409) return { outcome: 'busy', reason: describeAnswer(answer) };
    if (answer.status === 400) return { outcome: 'refused', reason: describeAnswer(answer) };
    if (isAbsent(answer) && method === 'DELETE') return { outcome: 'done', body: undefined };
    return { outcome: 'done', body: accepted(answer, where).body };
  }

  #url(path: string, apiVersion: string): string {
    return `${this.endpoint}${path}?api-version=${apiVersion}`;
  }

  /** A next link of another host would be handed our token. */
  #own(link: string): string {
    if (URL.canParse(link) && new URL(link).origin === new URL(this.endpoint).origin) return link;
    throw new SyncError('ARM_UNEXPECTED', `the next page lies outside ${this.endpoint}`);
  }

  async #send(
    method: HttpMethods,
    url: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ArmAnswer & { readonly retryAfterSeconds: number | undefined }> {
    const request = createPipelineRequest({
      method,
      url,
      // The pipeline's own `timeout` ends with the headers; this one covers the body, and holds no process open.
      timeout: 0,
      abortSignal: AbortSignal.timeout(requestTimeout),
      headers: createHttpHeaders({ accept: 'application/json', 'content-type': 'application/json', ...headers }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    let response: PipelineResponse;
    try {
      response = await this.#pipeline.sendRequest(this.#http, request);
    } catch (cause) {
      throw new SyncError('ARM_UNAVAILABLE', `${method} ${new URL(url).pathname}: ${describe(cause)}`, { cause });
    }
    return {
      status: response.status,
      body: parseJson(response.bodyAsText ?? ''),
      etag: response.headers.get('etag'),
      retryAfterSeconds: parseRetryAfter(response.headers),
    };
  }
}

/** ARM answers 404, too, where it serves no such type in the API version asked for: that says nothing of the resource. */
const unservedCodes = ['InvalidResourceType', 'InvalidResourceNamespace'];

function isAbsent({ status, body }: ArmAnswer): boolean {
  const code = problem.safeParse(body).data?.error.code;
  return status === 404 && !(code !== undefined && unservedCodes.includes(code));
}

function accepted(answer: ArmAnswer & { readonly retryAfterSeconds: number | undefined }, where: string): ArmAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const { retryAfterSeconds } = answer;
  throw new SyncError(
    codeOf(answer.status),
    `${where}: ${describeAnswer(answer)}`,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}

/** Status, and ARM's code and message as far as it gave them. */
function describeAnswer({ status, body }: ArmAnswer): string {
  const { data } = problem.safeParse(body);
  return `${status} ${data ? `${data.error.code ?? ''}: ${data.error.message ?? ''}`.slice(0, 300) : ''}`.trim();
}

function codeOf(status: number): FailureCode {
  if (status === 401 || status === 403) return 'ARM_FORBIDDEN';
  if (status === 429 || status >= 500) return 'ARM_UNAVAILABLE';
  return 'ARM_UNEXPECTED';
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'no answer';
}

import type { TokenCredential } from '@azure/core-auth';
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { PullEvent, PullLog } from '../drift/ports.js';
import { SyncError, type FailureCode } from '../model/errors.js';
import { parseJson } from '../model/parse-json.js';
import { parseRetryAfter } from '../model/retry-after.js';
import { retryClosed } from './closed-connection.js';
import { parsePullEvents, pullQuery } from './pull-events.js';

const requestTimeout = 120_000;
const largestAnswer = 64 * 1024 * 1024;

/**
 * Pulls from the log of a workspace, by the query API. One kind of request, so the pipeline that ARM uses already serves it, and
 * `@azure/monitor-query-logs` would only make every cold start longer.
 * Source: Azure Monitor Log Analytics API, `POST {endpoint}/v1/workspaces/{id}/query`.
 */
export class LogAnalyticsPullLog implements PullLog {
  readonly #http = createDefaultHttpClient();
  readonly #pipeline;

  /**
   * @param endpoint for example `https://api.loganalytics.io`; the audience of its tokens too
   * @param workspaceId a GUID
   */
  constructor(
    private readonly endpoint: string,
    private readonly workspaceId: string,
    credential: TokenCredential,
  ) {
    this.#pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
    // Every request is a query.
    this.#pipeline.addPolicy(retryClosed);
    this.#pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: `${endpoint}/.default` }));
  }

  async list(loginServer: string, since: Date): Promise<readonly PullEvent[]> {
    const where = `Log Analytics workspace ${this.workspaceId}`;
    const response = await this.#query(pullQuery(loginServer, since), where);
    const text = response.bodyAsText ?? '';
    if (response.status !== 200) throw failureOf(response, where, text);
    if (text.length > largestAnswer) throw new SyncError('LOGS_UNEXPECTED', `${where}: ${text.length} characters`);
    const document = parseJson(text);
    // A partial answer would make whatever it leaves out look idle.
    if (isPartial(document)) throw new SyncError('LOGS_UNAVAILABLE', `${where}: the answer is partial`);
    return parsePullEvents(document);
  }

  async #query(query: string, where: string): Promise<PipelineResponse> {
    const request = createPipelineRequest({
      method: 'POST',
      url: `${this.endpoint}/v1/workspaces/${this.workspaceId}/query`,
      timeout: requestTimeout,
      headers: createHttpHeaders({ accept: 'application/json', 'content-type': 'application/json' }),
      body: JSON.stringify({ query }),
    });
    try {
      return await this.#pipeline.sendRequest(this.#http, request);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'unknown';
      throw new SyncError('LOGS_UNAVAILABLE', `${where}: no answer (${reason})`, { cause });
    }
  }
}

function failureOf(response: PipelineResponse, where: string, text: string): SyncError {
  const retryAfterSeconds = parseRetryAfter(response.headers);
  const message = `${where}: ${response.status} ${text.replace(/\p{Cc}/gu, ' ').slice(0, 300)}`.trim();
  return new SyncError(codeOf(response.status), message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
}

function codeOf(status: number): FailureCode {
  if (status === 401 || status === 403) return 'LOGS_FORBIDDEN';
  return status === 429 || status >= 500 ? 'LOGS_UNAVAILABLE' : 'LOGS_UNEXPECTED';
}

/** Errors that are not fatal come beside the tables of a 200. */
function isPartial(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'error' in document && Boolean(document.error);
}

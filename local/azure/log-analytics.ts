import { bearerToken, answerJson, type Answer, type Received } from './http.js';
import type { TokenIssuer } from './identity.js';
import type { PullLog, PullRow } from './pull-log.js';

export interface LogAnalyticsParts {
  readonly workspaceId: string;
  readonly pulls: PullLog;
  readonly issuer: TokenIssuer;
  /** Audiences whose tokens are taken. */
  readonly audiences: readonly string[];
}

const columns = ['Repository', 'Tag', 'Digest', 'Identity', 'LastAt'] as const;

/**
 * The query API of a workspace that gets the repository events of every registry. It understands one kind of query, the newest pull by
 * repository, tag, digest and identity, and refuses any other as Kusto refuses what it cannot parse.
 * Source: Azure Monitor Log Analytics API, "Request format", "Response format".
 */
export function answerLogAnalytics(parts: LogAnalyticsParts, request: Received): Answer {
  if (!parts.issuer.accepts(bearerToken(request.headers), parts.audiences)) {
    return problem(401, 'InvalidTokenError', 'The provided authentication is not valid for this resource');
  }
  const workspace = /^\/v1\/workspaces\/([^/]+)\/query$/.exec(request.path)?.[1];
  if (workspace === undefined) return problem(404, 'PathNotFoundError', 'The requested path does not exist');
  if (request.method !== 'POST') return problem(405, 'MethodNotAllowedError', 'use POST');
  if (workspace !== parts.workspaceId) {
    return problem(403, 'InsufficientAccessError', 'The provided credentials have insufficient access');
  }
  const query = readQuery(request);
  const asked = query === undefined ? undefined : parseQuery(query);
  if (!asked) return problem(400, 'BadArgumentError', 'The request had some invalid properties: the query is none');
  return answerJson(200, {
    tables: [
      {
        name: 'PrimaryResult',
        columns: columns.map((name) => ({ name, type: name === 'LastAt' ? 'datetime' : 'string' })),
        rows: summarize(parts.pulls.rows().filter((row) => isAsked(row, asked))),
      },
    ],
  });
}

interface Asked {
  readonly since: Date;
  readonly loginServer: string;
  /** Start of the user agents that are left out. */
  readonly exceptAgent: string;
}

function readQuery(request: Received): string | undefined {
  try {
    const body = JSON.parse(request.body.toString('utf8')) as { readonly query?: unknown };
    return typeof body.query === 'string' ? body.query : undefined;
  } catch {
    return undefined;
  }
}

const form = new RegExp(
  [
    '^ContainerRegistryRepositoryEvents',
    'where TimeGenerated >= datetime\\((?<since>[^)]+)\\)',
    'where LoginServer =~ "(?<loginServer>[^"]+)"',
    'where OperationName =~ "Pull"',
    'where not\\(UserAgent startswith "(?<exceptAgent>[^"]+)"\\)',
    'summarize LastAt = max\\(TimeGenerated\\) by Repository, Tag, Digest, Identity',
    'take \\d+$',
  ].join('\\s*\\|\\s*'),
);

function parseQuery(query: string): Asked | undefined {
  const { since = '', loginServer = '', exceptAgent = '' } = form.exec(query)?.groups ?? {};
  const time = new Date(since);
  return loginServer === '' || Number.isNaN(time.getTime()) ? undefined : { since: time, loginServer, exceptAgent };
}

function isAsked(row: PullRow, { since, loginServer, exceptAgent }: Asked): boolean {
  if (row.timeGenerated < since || row.loginServer.toLowerCase() !== loginServer.toLowerCase()) return false;
  return !row.userAgent.toLowerCase().startsWith(exceptAgent.toLowerCase());
}

function summarize(rows: readonly PullRow[]): readonly (readonly string[])[] {
  const newest = new Map<string, readonly string[]>();
  for (const { repository, tag, digest, identity, timeGenerated } of rows) {
    newest.set(JSON.stringify([repository, tag, digest, identity]), [
      ...[repository, tag, digest, identity],
      timeGenerated.toISOString(),
    ]);
  }
  return [...newest.values()];
}

function problem(status: number, code: string, message: string): Answer {
  return answerJson(status, { error: { code, message } });
}

import { z } from 'zod';
import type { PullEvent } from '../drift/ports.js';
import { isDigest, isRepository, isTag } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { userAgent } from '../oci/user-agent.js';

/** Rows that one query answers at most; Log Analytics itself stops at 500,000. */
const mostRows = 50_000;
const columns = ['Repository', 'Tag', 'Digest', 'Identity', 'LastAt'] as const;

/**
 * Pulls from one registry that were not ours, one row for each repository, tag, digest and identity.
 * Source: Azure Monitor, table `ContainerRegistryRepositoryEvents`.
 * @param loginServer checked by its reader: letters, digits, dots, dashes, a port
 */
export function pullQuery(loginServer: string, since: Date): string {
  return [
    'ContainerRegistryRepositoryEvents',
    `| where TimeGenerated >= datetime(${since.toISOString()})`,
    `| where LoginServer =~ "${loginServer.replace(/[^A-Za-z0-9.:-]/g, '')}"`,
    '| where OperationName =~ "Pull"',
    `| where not(UserAgent startswith "${userAgent}")`,
    '| summarize LastAt = max(TimeGenerated) by Repository, Tag, Digest, Identity',
    `| take ${mostRows}`,
  ].join('\n');
}

const answer = z.object({
  tables: z
    .array(
      z.object({
        columns: z.array(z.object({ name: z.string() })).max(100),
        rows: z.array(z.array(z.unknown())).max(mostRows),
      }),
    )
    .min(1),
});

/**
 * Rows of the answer to `pullQuery`. Rows that name nothing valid are left out.
 * Source: Azure Monitor Log Analytics API, "Response format".
 * @throws SyncError LOGS_UNEXPECTED when it is of another shape
 */
export function parsePullEvents(document: unknown): readonly PullEvent[] {
  const parsed = answer.safeParse(document);
  const table = parsed.data?.tables[0];
  if (!table)
    throw new SyncError('LOGS_UNEXPECTED', `the answer of Log Analytics is malformed: ${problemOf(parsed.error)}`);
  const places = columns.map((column) => table.columns.findIndex(({ name }) => name === column));
  const missing = columns.filter((_column, index) => places[index] === -1);
  if (missing.length > 0)
    throw new SyncError('LOGS_UNEXPECTED', `the answer of Log Analytics has no column ${missing.join(', ')}`);
  return table.rows.flatMap((row) => parseRow(places.map((place) => row[place])));
}

function problemOf(error: z.ZodError | undefined): string {
  return error ? z.prettifyError(error).slice(0, 300) : 'no table';
}

function parseRow([repository, tag, digest, identity, lastAt]: readonly unknown[]): readonly PullEvent[] {
  const at = typeof lastAt === 'string' ? new Date(lastAt) : undefined;
  if (typeof repository !== 'string' || !isRepository(repository)) return [];
  if (at === undefined || Number.isNaN(at.getTime())) return [];
  return [
    {
      repository,
      ...(typeof tag === 'string' && isTag(tag) ? { tag } : {}),
      ...(typeof digest === 'string' && isDigest(digest) ? { digest } : {}),
      ...(typeof identity === 'string' && identity !== '' ? { identity: identity.slice(0, 100).toLowerCase() } : {}),
      lastAt: at,
    },
  ];
}

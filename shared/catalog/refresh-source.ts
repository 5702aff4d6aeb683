import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { SyncError } from '../model/errors.js';
import type { DocumentFetcher } from './ports.js';
import type { DocumentPlan } from './source-documents.js';
import type { SourceDocument, SourceRecord } from './source-records.js';

const concurrentRequests = 4;
/** So many documents of a source out of reach: the others are not tried this time, each would cost a timeout. */
const mostUnreachable = 4;

/** What one round over the documents of a source brought. */
export interface RefreshedSource {
  readonly record: SourceRecord;
  /** Whether the record says anything else than before. */
  readonly isChanged: boolean;
  /** What failed, by document; the last good ones are in the record then, as far as there were any. */
  readonly failures: readonly SyncError[];
}

interface Round {
  readonly documents: Readonly<Record<string, SourceDocument>>;
  readonly failures: readonly SyncError[];
}

/**
 * Reads the documents of a source anew, each by itself: one that is unreachable or broken leaves its last good content in place.
 * Documents that no index names any more are forgotten; an index that fails keeps all that it named. Idempotent.
 * @param plans where to begin; what they name follows
 */
export async function refreshSource(
  base: string,
  plans: readonly DocumentPlan[],
  before: SourceRecord | undefined,
  fetcher: DocumentFetcher,
  now: Date,
): Promise<RefreshedSource> {
  const known = before?.base === base ? before.documents : {};
  const limit = pLimit(concurrentRequests);
  let unreachable = 0;
  const read = (plan: DocumentPlan): Promise<Round> =>
    limit(async () => {
      if (unreachable >= mostUnreachable) return keep(plan, known[plan.path], notTried(plan));
      const round = await readDocument(plan, known[plan.path], fetcher, now);
      if (round.failures.some(({ canRetry }) => canRetry)) unreachable += 1;
      return round;
    });
  const first = await Promise.all(plans.map(read));
  const documents = Object.assign({}, ...first.map((round) => round.documents)) as Round['documents'];
  const followed = plans.flatMap((plan) => {
    const content = documents[plan.path]?.content;
    return content ? plan.follow(content) : [];
  });
  const second = await Promise.all(followed.map(read));
  const record = {
    base,
    documents: Object.assign({}, documents, ...second.map((round) => round.documents)) as Round['documents'],
  };
  return {
    record,
    isChanged: before?.base !== base || !isSame(before.documents, record.documents),
    failures: [...first, ...second].flatMap(({ failures }) => failures),
  };
}

async function readDocument(
  plan: DocumentPlan,
  before: SourceDocument | undefined,
  fetcher: DocumentFetcher,
  now: Date,
): Promise<Round> {
  try {
    const fetched = await fetcher.fetch(plan.url, before?.etag);
    if (fetched.kind === 'unchanged') return keep(plan, before);
    const hash = createHash('sha256').update(fetched.text).digest('hex');
    if (before?.hash === hash) return keep(plan, before);
    const content = plan.parse(fetched.text);
    const etag = fetched.etag === undefined ? {} : { etag: fetched.etag };
    const document = { ...etag, hash, readAt: now.toISOString(), content } as SourceDocument;
    return { documents: { [plan.path]: document }, failures: [] };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return keep(plan, before, error);
  }
}

function keep({ path }: DocumentPlan, before: SourceDocument | undefined, ...failures: readonly SyncError[]): Round {
  return { documents: before ? { [path]: before } : {}, failures };
}

function notTried({ path }: DocumentPlan): SyncError {
  return new SyncError(
    'CATALOG_SOURCE_UNAVAILABLE',
    `${path}: not tried, ${mostUnreachable} others could not be reached`,
  );
}

function isSame(a: Round['documents'], b: Round['documents']): boolean {
  const paths = Object.keys(a);
  return paths.length === Object.keys(b).length && paths.every((path) => a[path] === b[path]);
}

import { setTimeout as delay } from 'node:timers/promises';
import { SyncError } from '../model/errors.js';
import { AnonymousTokens } from '../oci/anonymous.js';
import { createHttpFetcher } from '../oci/http-fetcher.js';
import { RegistryClient } from '../oci/registry-client.js';
import { accountOfMar, watchFetch } from '../oci/watched-fetch.js';
import { ContentMemory } from '../warming/content-memory.js';
import { outagePolicy } from '../warming/outage.js';
import { Outages, type OutagePorts } from '../warming/outages.js';
import type { RegistryFinding } from '../warming/registry-check.js';
import { RunBudgets, waitingBudgets, type Hold } from './warm-budgets.js';
import { fileNameOf, placeOf, type Place } from './warm-place.js';
import { PlacedReader, type Pulled } from './warm-readers.js';
import type { WarmRequest } from './warm-request.js';
import { runWarm, type WarmOrder, type WarmProgress, type WarmRun } from './warm-run.js';
import { FileArtifactStates } from './warm-states.js';
import { WarmTimeline } from './warm-timeline.js';

export interface WarmAnswer extends WarmRun {
  /** Host of the registry. */
  readonly registry: string;
  /** What is wrong with its cache rules, where ARM told them: what is proven is not what nodes would pull. */
  readonly findings: readonly RegistryFinding[];
  /** Sum of the blobs that were pulled through this process. */
  readonly bytes: number;
  readonly seconds: number;
  /** Why the state could not be kept at the end: what is proven stays proven, and the next run looks at all of it again. */
  readonly unsaved?: SyncError;
}

/** Whoever watches a run. */
export interface WarmWatcher {
  /** After every step of an artifact. */
  readonly tell: (progress: WarmProgress, pulled: Pulled) => void;
  /** Requests have to wait. */
  readonly hold: (hold: Hold) => void;
}

const flushEveryMs = 2000;
const firstLookSeconds = 2;

/**
 * Fills a registry with what a plan names, in this process.
 * @param stop ends the run: what is under way is broken off, states are kept
 * @throws SyncError INVALID_INPUT for a request that cannot be meant, STATE_FILE_UNWRITABLE; failures of ARM when the registry was named by
 * its resource id
 */
export async function warm(request: WarmRequest, watcher: WarmWatcher, stop: AbortSignal): Promise<WarmAnswer> {
  const started = process.uptime();
  const { fetch: fetcher, close } = createHttpFetcher();
  stop.addEventListener('abort', close, { once: true });
  const now = () => new Date();
  const upstream = upstreamOf(request);
  const share = request.budgetShare;
  const place = await placeOf(request, {
    fetcher,
    budgetsFor: (registry, limits) => new RunBudgets({ share, upstream, registry, limits }, now, watcher.hold),
  });
  const states = await FileArtifactStates.open(request.stateFile(fileNameOf(place)), request.memory);
  const pulled = { bytes: 0 };
  const flushing = setInterval(() => void states.flush().catch(() => undefined), flushEveryMs);
  const reader = new PlacedReader(place.client, place.prefix, request.concurrency, pulled);
  const { budgets } = place;
  const marFetcher = watchFetch(place.budgets, accountOfMar(upstream), fetcher);
  try {
    const run = await runWarm(orderOf(request, place), {
      states,
      timeline: new WarmTimeline(),
      registry: () => reader,
      upstream: new RegistryClient(upstream, new AnonymousTokens(marFetcher), marFetcher),
      imports: place.imports,
      memory: new ContentMemory(now),
      proofLevel: request.proof,
      budgets,
      waitingBudgets: waitingBudgets(budgets, sleeper(stop), stop),
      outages: new Outages(nobody, now, { ...outagePolicy, failuresForOutage: Number.POSITIVE_INFINITY }),
      referrers: 'left',
      now,
      pace: { verifyDelaySeconds: firstLookSeconds },
      tell: (progress) => watcher.tell(progress, pulled),
      stop,
    });
    const unsaved = await states.flush().catch(unsavedBy);
    const seconds = Math.round((process.uptime() - started) * 1000) / 1000;
    const { loginServer: registry } = place.registry;
    const told = unsaved === undefined ? {} : { unsaved };
    return { ...run, ...told, registry, findings: place.findings, bytes: pulled.bytes, seconds };
  } finally {
    clearInterval(flushing);
    close();
    await states.flush().catch(() => undefined);
  }
}

function orderOf({ plan, marHost, proof, concurrency, mostFailures }: WarmRequest, place: Place): WarmOrder {
  const { registry, strategy } = place;
  return { artifacts: plan.artifacts, registry, marHost, strategy, proofLevel: proof, concurrency, mostFailures };
}

function unsavedBy(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  throw error;
}

function sleeper(stop: AbortSignal): (seconds: number) => Promise<void> {
  return (seconds) => delay(seconds * 1000, undefined, { signal: stop }).catch(() => undefined);
}

/** Outage mode is for an app that runs for ever: a run ends instead, and says why. */
const nobody: OutagePorts = {
  outageRecords: { list: () => Promise.resolve([]), save: () => Promise.resolve(), remove: () => Promise.resolve() },
  registryProofs: { get: () => Promise.resolve(undefined), save: () => Promise.resolve(false) },
};

function upstreamOf({ upstream, marHost }: WarmRequest): string {
  if (upstream === undefined) return `https://${marHost}`;
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
  if (!url || url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw new SyncError('INVALID_INPUT', 'upstream: wanted is an address such as https://mcr.microsoft.com');
  }
  return url.origin;
}

import { SyncError } from '../model/errors.js';
import type { Registry } from '../model/registry.js';
import { AnonymousTokens } from '../oci/anonymous.js';
import { createHttpFetcher } from '../oci/http-fetcher.js';
import { PasswordTokens } from '../oci/password-tokens.js';
import { RegistryClient } from '../oci/registry-client.js';
import type { TokenSource } from '../oci/token-source.js';
import { ContentMemory } from '../warming/content-memory.js';
import { outagePolicy } from '../warming/outage.js';
import { Outages, type OutageRecords } from '../warming/outages.js';
import type { Budgets, Imports } from '../warming/ports.js';
import type { ProofLevel } from '../warming/state.js';
import type { StrategyChoice } from '../warming/strategy.js';
import { PlacedReader, type Pulled } from './warm-readers.js';
import { runWarm, type WarmProgress, type WarmRun } from './warm-run.js';
import { FileArtifactStates } from './warm-states.js';
import { isAcrHost, parseWarmTarget, type WarmTarget } from './warm-target.js';
import { WarmTimeline } from './warm-timeline.js';
import type { WarmPlan } from './warm-plan.js';

export interface WarmRequest {
  readonly plan: WarmPlan;
  /** Login server, address, or resource id. */
  readonly registry: string;
  /** What stands for MAR; MAR itself unless given. */
  readonly upstream: string | undefined;
  /** Path of MAR's repositories in the registry; by the kind of registry unless given. */
  readonly prefix: string | undefined;
  readonly strategy: 'auto' | 'pull-through' | 'import';
  readonly proof: ProofLevel;
  readonly concurrency: number;
  /** Failures of one artifact in a row after which it is left alone. */
  readonly mostFailures: number;
  /** "forget": whatever earlier runs proved is looked at anew. */
  readonly memory: 'keep' | 'forget';
  readonly credentials: Credentials | undefined;
  /** Where the states of a registry are kept. @param name of the registry, fit for a file */
  readonly stateFile: (name: string) => string;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface WarmAnswer extends WarmRun {
  /** Host of the registry. */
  readonly registry: string;
  /** Sum of the blobs that were pulled through this process. */
  readonly bytes: number;
  readonly seconds: number;
}

interface Place {
  readonly registry: Registry;
  readonly client: RegistryClient;
  readonly prefix: string;
  readonly strategy: StrategyChoice | 'pull-blobs';
  readonly imports: Imports;
}

const marHost = 'mcr.microsoft.com';
const aksPrefix = 'aks-managed-repository';
const flushEveryMs = 2000;
const firstLookSeconds = 2;

/**
 * Fills a registry with what a plan names, in this process.
 * @param tell called after every step
 * @param stop ends the run: what is under way is broken off, states are kept
 * @throws SyncError INVALID_INPUT for a request that cannot be meant; failures of ARM when the registry was named by its resource id
 */
export async function warm(
  request: WarmRequest,
  tell: (progress: WarmProgress, pulled: Pulled) => void,
  stop: AbortSignal,
): Promise<WarmAnswer> {
  const started = process.uptime();
  const { fetch: fetcher, close } = createHttpFetcher();
  stop.addEventListener('abort', close, { once: true });
  const place = await placeOf(request, fetcher);
  const states = await FileArtifactStates.open(request.stateFile(fileNameOf(place)), request.memory);
  const now = () => new Date();
  const pulled = { bytes: 0 };
  const reader = new PlacedReader(place.client, place.prefix, request.concurrency, pulled);
  const flushing = setInterval(() => void states.flush().catch(() => undefined), flushEveryMs);
  const order = {
    artifacts: request.plan.artifacts,
    registry: place.registry,
    marHost,
    strategy: place.strategy,
    proofLevel: request.proof,
    concurrency: request.concurrency,
    mostFailures: request.mostFailures,
  };
  try {
    const run = await runWarm(order, {
      states,
      timeline: new WarmTimeline(),
      registry: () => reader,
      upstream: new RegistryClient(upstreamOf(request), new AnonymousTokens(fetcher), fetcher),
      imports: place.imports,
      memory: new ContentMemory(now),
      proofLevel: request.proof,
      budgets: unlimited,
      outages: new Outages(nobody, now, { ...outagePolicy, failuresForOutage: Number.POSITIVE_INFINITY }),
      referrers: 'left',
      now,
      pace: { verifyDelaySeconds: firstLookSeconds },
      tell: (progress) => tell(progress, pulled),
      stop,
    });
    const seconds = Math.round((process.uptime() - started) * 1000) / 1000;
    return { ...run, registry: place.registry.loginServer, bytes: pulled.bytes, seconds };
  } finally {
    clearInterval(flushing);
    close();
    await states.flush();
  }
}

/** Without ARM nothing is imported: no strategy leads here. */
const noImports: Imports = {
  start: () => Promise.reject(new SyncError('IMPORT_REFUSED', 'import needs ARM')),
  resume: () => Promise.reject(new SyncError('IMPORT_REFUSED', 'import needs ARM')),
};
/** One process with a bounded concurrency; what a registry refuses with 429 waits as long as that says. */
const unlimited: Budgets = { take: () => Promise.resolve({ kind: 'granted' }), observe: () => undefined };
/** Outage mode is for an app that runs for ever: a run ends instead, and says why. */
const nobody: OutageRecords = {
  list: () => Promise.resolve([]),
  save: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

function upstreamOf({ upstream }: WarmRequest): string {
  if (upstream === undefined) return `https://${marHost}`;
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
  if (!url || url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw new SyncError('INVALID_INPUT', 'upstream: wanted is an address such as https://mcr.microsoft.com');
  }
  return url.origin;
}

async function placeOf(request: WarmRequest, fetcher: typeof fetch): Promise<Place> {
  const target = parseWarmTarget(request.registry);
  if (target.kind === 'resource') return await placeInAzure(target, request, fetcher);
  const isAcr = isAcrHost(target.host);
  if (request.strategy === 'import') {
    throw new SyncError('INVALID_INPUT', 'strategy: import needs ARM: give the resource id of the registry');
  }
  const strategy = isAcr || request.strategy === 'pull-through' ? 'pull-through' : 'pull-blobs';
  const prefix = request.prefix ?? (isAcr ? aksPrefix : '');
  const tokens = await tokensOf(target, request, fetcher);
  return {
    registry: assumedRegistry(target.host, prefix),
    client: new RegistryClient(target.endpoint, tokens, fetcher),
    prefix: prefix === '' ? '' : `${prefix}/`,
    strategy,
    imports: noImports,
  };
}

/** Azure's packages take longer to load than a small run: only who needs them waits for them. */
async function placeInAzure(
  target: Extract<WarmTarget, { kind: 'resource' }>,
  request: WarmRequest,
  fetcher: typeof fetch,
): Promise<Place> {
  const { findRegistry, acrTokens, armImports } = await import('./warm-azure.js');
  const registry = await findRegistry(target.resource);
  const tokens = acrTokens(registry.loginServer, fetcher);
  const client = new RegistryClient(`https://${registry.loginServer}`, tokens, fetcher);
  return { registry, client, prefix: '', strategy: request.strategy, imports: armImports(marHost) };
}

async function tokensOf(
  { host }: Extract<WarmTarget, { kind: 'host' }>,
  { credentials }: WarmRequest,
  fetcher: typeof fetch,
): Promise<TokenSource> {
  if (credentials) return new PasswordTokens(credentials.username, credentials.password, fetcher);
  if (!isAcrHost(host)) return new AnonymousTokens(fetcher);
  const { acrTokens } = await import('./warm-azure.js');
  return acrTokens(host, fetcher);
}

/** A registry of which nobody tells more than its address: everything of MAR is taken to come through it, below the prefix. */
function assumedRegistry(host: string, prefix: string): Registry {
  const key = `${host}/${prefix}`;
  const resource = { id: key, key, subscriptionId: '', resourceGroup: '', type: '', name: host };
  const everything = { name: 'assumed', sourceRepository: `${marHost}/*`, targetRepository: '/*' };
  return { resource, loginServer: host, createdAt: '', cacheRules: [everything] };
}

function fileNameOf({ registry }: Place): string {
  return registry.resource.key.replace(/[^a-z0-9.-]+/gi, '_').replace(/^_+|_+$/g, '');
}

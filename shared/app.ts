import { randomUUID } from 'node:crypto';
import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential } from '@azure/identity';
import packageJson from '../package.json' with { type: 'json' };
import { AcrInventory } from './azure/acr-inventory.js';
import { AcrMetadata } from './azure/acr-metadata.js';
import { AcrStoredManifests } from './azure/acr-stored-manifests.js';
import { Application, type CatalogKeeper, type Ports } from './app/application.js';
import { AcrTokens } from './azure/acr-tokens.js';
import { ArmClient } from './azure/arm-client.js';
import { BlobCatalogStore } from './azure/blob-catalog-store.js';
import { ArmClusters } from './azure/clusters.js';
import { HttpDocumentFetcher } from './azure/document-fetcher.js';
import { ArmFleets } from './azure/fleets.js';
import { LogAnalyticsPullLog } from './azure/log-analytics.js';
import { ArmImports } from './azure/imports.js';
import { JsonQueue } from './azure/queues.js';
import { ArmRegistries } from './azure/registries.js';
import { Storage } from './azure/storage.js';
import { TableArtifactStates } from './azure/table-artifact-states.js';
import { TableDriftReports } from './azure/table-drift.js';
import {
  TableFleetGateRecords,
  TableJudgements,
  TableProblems,
  TableSeenClusters,
} from './azure/table-gate-records.js';
import { TableLedgers } from './azure/table-ledgers.js';
import { TableObserved } from './azure/table-observed.js';
import { TableOutages } from './azure/table-outages.js';
import { TablePoisonMessages } from './azure/table-poison.js';
import { TableRegistryProofs } from './azure/table-registry-proofs.js';
import { TableTargets } from './azure/table-targets.js';
import { watchPolicy } from './azure/watch-policy.js';
import { loadCatalog } from './catalog/catalog.js';
import { CurrentCatalog } from './catalog/current-catalog.js';
import { isRefreshOverdue, refreshCatalog } from './catalog/refresh-catalog.js';
import { readConfig, type Config } from './config.js';
import type { Problems } from './gate/ports.js';
import { AnonymousTokens } from './oci/anonymous.js';
import { RegistryClient } from './oci/registry-client.js';
import { accountOfMar, accountOfRegistry, watchFetch } from './oci/watched-fetch.js';
import type { RegistryReader } from './requirements/ports.js';
import { limitsUnder } from './warming/budget-ledger.js';
import { SharedBudgets } from './warming/budgets.js';
import { ContentMemory } from './warming/content-memory.js';
import { Outages } from './warming/outages.js';
import { RememberingReader } from './warming/remember-reader.js';

const minuteMs = 60_000;
/** As long as a registry takes to notice a moved tag (Azure/acr#860). */
const rememberMarMs = 5 * minuteMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** A task this much overdue is taken for lost: well past the visibility timeout of host.json and an ordinary backlog. */
const lostAfterMs = 10 * minuteMs;
const retryFailedAfterMs = 30 * minuteMs;
/** So that what waits behind others is never taken for lost. */
const longestHeadStartSeconds = 60;

let current: { readonly config: Config; readonly app: Application } | undefined;

/**
 * The app of this process, made from the application settings at the first call.
 * @throws SyncError INVALID_SETTING: thrown while the functions are indexed, it stops the whole app
 */
export function application(): { readonly config: Config; readonly app: Application } {
  if (!current) {
    const config = readConfig(process.env);
    current = { config, app: new Application(connect(config, new DefaultAzureCredential())) };
  }
  return current;
}

/** The only place that knows both the stages and Azure. Opens no connection by itself. */
function connect(config: Config, credential: TokenCredential): Ports {
  const now = () => new Date();
  const storage = new Storage(config.storage, () => credential);
  const budgets = connectBudgets(config, storage, now);
  const fetchOf = onePerRegistry((loginServer) => watchFetch(budgets, accountOfRegistry(loginServer)));
  const tokens = onePerRegistry((loginServer) => new AcrTokens(loginServer, credential, now, fetchOf(loginServer)));
  const metadata = new AcrMetadata(tokens, (input, init) =>
    fetchOf(new URL(input instanceof Request ? input.url : input).host)(input, init),
  );
  const problems = new TableProblems(storage.table('syncProblems'));
  const armPolicies = [watchPolicy(budgets)];
  const arm = new ArmClient(config.armEndpoint, config.armAudience, credential, armPolicies);
  return {
    version: packageJson.version,
    mode: config.mode,
    now,
    newRunId: randomUUID,
    ...connectCatalog(config, storage, problems, now),
    marHost: config.marHost,
    fleetGatePrefix: config.fleetGatePrefix,
    subscriptionId: config.subscriptionId,
    ...policiesOf(config),
    clusters: new ArmClusters(arm, config.subscriptionId),
    registries: teachSkus(new ArmRegistries(credential, config.armEndpoint, config.armAudience, armPolicies), budgets),
    fleets: new ArmFleets(arm, config.subscriptionId),
    budgets,
    upstream: connectMar(config, budgets, now),
    registry: onePerRegistry(
      (loginServer) => new RegistryClient(`https://${loginServer}`, tokens(loginServer), fetchOf(loginServer)),
    ),
    ...connectWarming(config, storage, credential, now),
    inventory: new AcrInventory(metadata),
    storedManifests: new AcrStoredManifests(metadata),
    pullLog: pullLogOf(config, credential),
    ensureStorage: () => storage.ensure(),
    states: new TableArtifactStates(storage.table('syncArtifacts')),
    registryProofs: new TableRegistryProofs(storage.table('syncRegistries')),
    targets: new TableTargets(storage.table('syncTargets')),
    judgements: new TableJudgements(storage.table('syncJudgements')),
    fleetRecords: new TableFleetGateRecords(storage.table('syncFleetGates')),
    seenClusters: new TableSeenClusters(storage.table('syncClusters')),
    observed: new TableObserved(storage.table('syncObserved')),
    driftReports: new TableDriftReports(storage.table('syncDrift')),
    problems,
    poison: new TablePoisonMessages(storage.table('syncPoison')),
    planQueue: new JsonQueue(storage.queue('plan')),
    warmQueue: new JsonQueue(storage.queue('warm')),
    gateQueue: new JsonQueue(storage.queue('gate')),
  };
}

function connectBudgets(config: Config, storage: Storage, now: () => Date): SharedBudgets {
  const policy = { share: config.budgetSharePercent / 100, marReadsPerMinute: config.marReadsPerMinute };
  return new SharedBudgets(new TableLedgers(storage.table('syncBudgets')), limitsUnder(policy), now);
}

function connectMar({ marEndpoint }: Config, budgets: SharedBudgets, now: () => Date): RememberingReader {
  const fetcher = watchFetch(budgets, accountOfMar(marEndpoint));
  const client = new RegistryClient(marEndpoint, new AnonymousTokens(fetcher), fetcher);
  return new RememberingReader(client, rememberMarMs, now);
}

/** What ARM says of a registry decides its limits, also for the instances that never ask ARM. */
function teachSkus(registries: RegistryReader, budgets: SharedBudgets): RegistryReader {
  return {
    get: async (resource) => {
      const found = await registries.get(resource);
      if (found.settings?.sku !== undefined) budgets.learnSku(found.loginServer, found.settings.sku);
      return found;
    },
  };
}

function connectWarming(config: Config, storage: Storage, credential: TokenCredential, now: () => Date) {
  const outageRecords = new TableOutages(storage.table('syncOutages'));
  return {
    outageRecords,
    outages: new Outages(outageRecords, now),
    memory: new ContentMemory(now),
    imports: new ArmImports(credential, config.armEndpoint, config.armAudience, config.marHost),
    proofLevel: config.proofLevel,
    referrers: config.warmReferrers ? 'warmed' : 'left',
  } as const;
}

function connectCatalog(config: Config, storage: Storage, problems: Problems, now: () => Date) {
  const sources = { store: new BlobCatalogStore(storage.container('catalog')), addresses: config, now };
  const catalog = new CurrentCatalog({
    ...sources,
    bundled: loadCatalog(),
    alert: ({ subject, reason }) => problems.add({ at: now(), source: 'catalog', subject, reason }),
  });
  const catalogKeeper: CatalogKeeper = {
    refresh: () => refreshCatalog({ ...sources, fetcher: new HttpDocumentFetcher() }),
    isOverdue: () => isRefreshOverdue(sources),
    describe: () => catalog.describe(),
  };
  return { catalog, catalogKeeper };
}

function policiesOf(config: Config) {
  const maxProofAgeMs = config.proofMaxAgeHours * hourMs;
  const maxPlanAgeMs = config.planMaxAgeHours * hourMs;
  return {
    pace: { verifyDelaySeconds: config.verifyDelaySeconds },
    judgeEverySeconds: Math.max(config.verifyDelaySeconds, 2),
    gatePolicy: {
      maxProofAgeMs,
      maxPlanAgeMs,
      minConfidence: config.gateMinConfidence,
      proofLevel: config.proofLevel,
      baked: config.gateWaitsForBaked ? 'awaited' : 'not-awaited',
    } as const,
    probePolicy: { mostRequests: 100, concurrentRequests: 8, trustFoundMs: dayMs, trustMissingMs: 6 * hourMs },
    observedPolicy: { maxAgeMs: 90 * dayMs, mostPerMinor: 200 },
    driftPolicy: { firstLookBackMs: 7 * dayMs, longestWindowMs: 30 * dayMs },
    workPolicy: {
      reproveAfterMs: maxProofAgeMs / 2,
      retryFailedAfterMs,
      lostAfterMs,
      proofLevel: config.proofLevel,
      bakedDelaySeconds: Math.min(config.verifyDelaySeconds, longestHeadStartSeconds),
    },
    // Before single proofs are renewed at half of their life, so that they need not be.
    verifyPolicy: { everyMs: maxProofAgeMs / 4 },
    targetPolicy: { upgradesTo: upgradesOf(config) },
    freshProofMs: config.freshProofMinutes * minuteMs,
    componentInsights: config.componentInsights,
    reconcilePolicy: { renewPlanAfterMs: Math.min(hourMs, maxPlanAgeMs / 3), lostAfterMs, retryFailedAfterMs },
  };
}

function pullLogOf({ logAnalytics }: Config, credential: TokenCredential): LogAnalyticsPullLog | undefined {
  return logAnalytics && new LogAnalyticsPullLog(logAnalytics.endpoint, logAnalytics.workspaceId, credential);
}

function upgradesOf({ targetPatch, targetMinor }: Config): ReadonlySet<'patch' | 'minor'> {
  return new Set([...(targetPatch ? (['patch'] as const) : []), ...(targetMinor ? (['minor'] as const) : [])]);
}

/** One client a registry, so that its tokens are shared by the invocations of this instance. */
function onePerRegistry<Client>(create: (loginServer: string) => Client): (loginServer: string) => Client {
  const clients = new Map<string, Client>();
  return (loginServer) => {
    const client = clients.get(loginServer) ?? create(loginServer);
    clients.set(loginServer, client);
    return client;
  };
}

import { SyncError } from '../model/errors.js';
import type { Registry } from '../model/registry.js';
import { AnonymousTokens } from '../oci/anonymous.js';
import { PasswordTokens } from '../oci/password-tokens.js';
import { RegistryClient } from '../oci/registry-client.js';
import type { TokenSource } from '../oci/token-source.js';
import { accountOfRegistry, watchFetch } from '../oci/watched-fetch.js';
import type { SharedBudgets } from '../warming/budgets.js';
import type { RegistryFinding } from '../warming/registry-check.js';
import { contextOf } from '../warming/registry-facts.js';
import { ruleFindings } from '../warming/rule-findings.js';
import type { Imports } from '../warming/ports.js';
import type { StrategyChoice } from '../warming/strategy.js';
import type { RunLimits } from './warm-budgets.js';
import type { WarmRequest } from './warm-request.js';
import { isAcrHost, parseWarmTarget, type WarmTarget } from './warm-target.js';

/** The registry that a run fills, and the ways to it. */
export interface Place {
  readonly registry: Registry;
  readonly client: RegistryClient;
  readonly prefix: string;
  readonly strategy: StrategyChoice | 'pull-blobs';
  readonly budgets: SharedBudgets;
  readonly imports: Imports;
  /** What is wrong with its cache rules, where ARM told them: nodes would not get what is proven here. */
  readonly findings: readonly RegistryFinding[];
}

/** What a place is reached by. */
export interface PlacePorts {
  readonly fetcher: typeof fetch;
  readonly budgetsFor: (registry: string, limits: RunLimits['limits']) => SharedBudgets;
}

const aksPrefix = 'aks-managed-repository';

/** Without ARM nothing is imported: no strategy leads here. */
const noImports: Imports = {
  start: () => Promise.reject(new SyncError('IMPORT_REFUSED', 'import needs ARM')),
  resume: () => Promise.reject(new SyncError('IMPORT_REFUSED', 'import needs ARM')),
};

/** @throws SyncError INVALID_INPUT for a request that cannot be meant; failures of ARM when the registry was named by its resource id */
export async function placeOf(request: WarmRequest, ports: PlacePorts): Promise<Place> {
  const target = parseWarmTarget(request.registry);
  if (target.kind === 'resource') return await placeInAzure(target, request, ports);
  const isAcr = isAcrHost(target.host);
  if (request.strategy === 'import') {
    throw new SyncError('INVALID_INPUT', 'strategy: import needs ARM: give the resource id of the registry');
  }
  const strategy = isAcr || request.strategy === 'pull-through' ? 'pull-through' : 'pull-blobs';
  const prefix = request.prefix ?? (isAcr ? aksPrefix : '');
  const budgets = ports.budgetsFor(target.host, isAcr ? 'documented' : 'none');
  const fetcher = watchFetch(budgets, accountOfRegistry(target.host), ports.fetcher);
  return {
    registry: assumedRegistry(target.host, prefix, request.marHost),
    client: new RegistryClient(target.endpoint, await tokensOf(target, request, fetcher), fetcher),
    prefix: prefix === '' ? '' : `${prefix}/`,
    ...{ strategy, budgets, imports: noImports, findings: [] },
  };
}

/** Azure's packages take longer to load than a small run: only who needs them waits for them. */
async function placeInAzure(
  { resource }: Extract<WarmTarget, { kind: 'resource' }>,
  request: WarmRequest,
  ports: PlacePorts,
): Promise<Place> {
  if (request.prefix !== undefined) {
    throw new SyncError(
      'INVALID_INPUT',
      'prefix: the cache rules tell it where the registry is named by its resource id',
    );
  }
  const { findRegistry, acrTokens, armImports } = await import('./warm-azure.js');
  const { marHost, strategy } = request;
  // ARM is asked for the login server: its own budget does not depend on it.
  const registry = await findRegistry(resource, ports.budgetsFor('', 'documented'));
  const { loginServer, settings } = registry;
  const budgets = ports.budgetsFor(loginServer, 'documented');
  if (settings?.sku !== undefined) budgets.learnSku(loginServer, settings.sku);
  const fetcher = watchFetch(budgets, accountOfRegistry(loginServer), ports.fetcher);
  return {
    registry,
    client: new RegistryClient(`https://${loginServer}`, acrTokens(loginServer, fetcher), fetcher),
    prefix: '',
    ...{ strategy, budgets, imports: armImports(marHost, budgets) },
    findings: ruleFindings({ registry }, contextOf(resource, marHost)).filter(({ effect }) => effect === 'unknown'),
  };
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
function assumedRegistry(host: string, prefix: string, marHost: string): Registry {
  const key = `${host}/${prefix}`;
  const resource = { id: key, key, subscriptionId: '', resourceGroup: '', type: '', name: host };
  const everything = { name: 'assumed', sourceRepository: `${marHost}/*`, targetRepository: '/*' };
  return { resource, loginServer: host, createdAt: '', cacheRules: [everything] };
}

/** The registry's name, fit for a file. */
export function fileNameOf({ registry }: Place): string {
  return registry.resource.key.replace(/[^a-z0-9.-]+/gi, '_').replace(/^_+|_+$/g, '');
}

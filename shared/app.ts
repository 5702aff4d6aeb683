import { randomUUID } from 'node:crypto';
import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential } from '@azure/identity';
import packageJson from '../package.json' with { type: 'json' };
import { Application } from './app/application.js';
import type { Ports } from './app/ports.js';
import { Storage } from './azure/storage.js';
import { TableLedgers } from './azure/table-ledgers.js';
import { connectAzure } from './compose/connect-azure.js';
import { connectCatalog } from './compose/connect-catalog.js';
import { connectEvents } from './compose/connect-events.js';
import { connectRegistries } from './compose/connect-registries.js';
import { connectStorage } from './compose/connect-storage.js';
import { policiesOf } from './compose/policies.js';
import { readConfig, type Config } from './config.js';
import { limitsUnder } from './warming/budget-ledger.js';
import { SharedBudgets } from './warming/budgets.js';
import { ContentMemory } from './warming/content-memory.js';
import { Outages } from './warming/outages.js';

/** The app of a process, and what it was made from. */
export interface RunningApp {
  readonly config: Config;
  readonly app: Application;
  /** Of package.json. */
  readonly version: string;
}

let current: RunningApp | undefined;

/**
 * The app of this process, made from the application settings at the first call.
 * @throws SyncError INVALID_SETTING: thrown while the functions are indexed, it stops the whole app
 */
export function application(): RunningApp {
  if (!current) {
    const config = readConfig(process.env);
    const app = new Application(connect(config, new DefaultAzureCredential()));
    current = { config, app, version: packageJson.version };
  }
  return current;
}

/** With `shared/compose/` the place that makes the app of stages and Azure. Opens no connection by itself. */
function connect(config: Config, credential: TokenCredential): Ports {
  const now = () => new Date();
  const storage = new Storage(config.storage, () => credential);
  const stored = connectStorage(storage, now);
  const budgets = connectBudgets(config, storage, now);
  return {
    version: packageJson.version,
    enforcement: config.enforcement,
    now,
    newRunId: randomUUID,
    marHost: config.marHost,
    fleetGatePrefix: config.fleetGatePrefix,
    subscriptionId: config.subscriptionId,
    ...policiesOf(config),
    ...stored,
    ...connectCatalog(config, storage, stored.problems, now),
    ...connectAzure(config, credential, budgets),
    ...connectRegistries(config, credential, budgets, now),
    ...connectEvents(config, credential, now),
    budgets,
    throttled: () => budgets.throttled(),
    outages: new Outages(stored, now),
    memory: new ContentMemory(now),
  };
}

function connectBudgets(config: Config, storage: Storage, now: () => Date): SharedBudgets {
  const policy = { share: config.budgetSharePercent / 100, marReadsPerMinute: config.marReadsPerMinute };
  return new SharedBudgets(new TableLedgers(storage.table('syncBudgets')), limitsUnder(policy), now);
}

import { z } from 'zod';
import { SyncError } from './model/errors.js';
import type { StorageConnection } from './model/storage-connection.js';

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host);

const endpoint = z
  .url({ protocol: /^https?$/ })
  .refine((text) => text.startsWith('https://') || isLoopback(new URL(text).hostname), 'must start with https://');

const count = (least: number, most: number, unset: number) =>
  z.coerce.number().int().min(least).max(most).default(unset);

const toggle = z
  .enum(['true', 'false'])
  .default('true')
  .transform((text) => text === 'true');

/** Every setting of the app: `docs/settings.md` is generated from this. */
export const settings = z.object({
  SUBSCRIPTION_ID: z
    .string()
    .regex(/^[0-9a-f-]{36}$/i, 'must be a subscription id (a GUID)')
    .describe('Subscription whose clusters and registries the app serves.'),
  ARM_ENDPOINT: endpoint
    .default('https://management.azure.com')
    .describe('Azure Resource Manager; differs in sovereign clouds.'),
  ARM_AUDIENCE: endpoint.optional().describe('Token audience of Azure Resource Manager; `ARM_ENDPOINT` unless set.'),
  MAR_ENDPOINT: endpoint
    .default('https://mcr.microsoft.com')
    .describe('Where the app reaches the Microsoft Artifact Registry.'),
  MAR_HOST: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .default('mcr.microsoft.com')
    .describe('Name by which cache rules and clusters spell that registry; `mcr.azure.cn` in Azure China.'),
  GATE_MODE: z
    .enum(['observe', 'enforce'])
    .default('observe')
    .describe('`observe` decides and publishes, `enforce` also opens gates in Azure.'),
  FLEET_GATE_PREFIX: z
    .string()
    .min(1)
    .max(100)
    .default('artifact-sync')
    .describe('Only Fleet approval gates whose display name starts so are ours; `*` for all.'),
  VERIFY_DELAY_SECONDS: count(1, 3600, 10).describe(
    'Seconds between asking for an artifact and the first look whether it is cached; doubles up to 10 minutes.',
  ),
  PROOF_MAX_AGE_HOURS: count(1, 720, 24).describe('Hours after which a proof no longer counts.'),
  PLAN_MAX_AGE_HOURS: count(1, 720, 24).describe('Hours after which the facts behind a plan no longer count.'),
  GATE_WAITS_FOR_BAKED: toggle.describe(
    'Whether a gate also waits for artifacts that the node images of every pool carry already. They are cached either way, last.',
  ),
  TARGET_PATCH: toggle.describe('Whether clusters are prepared for the newest patch of their minor version.'),
  TARGET_MINOR: toggle.describe('Whether clusters are prepared for the newest version of the next minor.'),
  RECONCILE_SCHEDULE: z.string().min(9).default('0 */5 * * * *').describe('NCRONTAB schedule of the reconcile timer.'),
  AzureWebJobsStorage: z
    .string()
    .min(1)
    .optional()
    .describe('Connection string of the storage account; or set `AzureWebJobsStorage__accountName`.'),
  AzureWebJobsStorage__accountName: z
    .string()
    .regex(/^[a-z0-9]{3,24}$/, 'must be the name of a storage account')
    .optional()
    .describe('Storage account reached with the identity of the app, without keys.'),
  STORAGE_SUFFIX: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .default('core.windows.net')
    .describe('DNS suffix of storage endpoints; differs in sovereign clouds.'),
});

export interface Config {
  readonly subscriptionId: string;
  readonly armEndpoint: string;
  readonly armAudience: string;
  readonly marEndpoint: string;
  readonly marHost: string;
  readonly mode: 'observe' | 'enforce';
  readonly fleetGatePrefix: string;
  readonly verifyDelaySeconds: number;
  readonly proofMaxAgeHours: number;
  readonly planMaxAgeHours: number;
  readonly gateWaitsForBaked: boolean;
  readonly targetPatch: boolean;
  readonly targetMinor: boolean;
  readonly reconcileSchedule: string;
  readonly storage: StorageConnection;
}

/**
 * Reads the application settings.
 * @throws SyncError INVALID_SETTING with one line: the setting, what it got, what it wants
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = settings.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    const got = environment[name];
    throw new SyncError(
      'INVALID_SETTING',
      `setting ${name}: got ${got === undefined ? 'nothing' : JSON.stringify(got.slice(0, 80))}, ${issue?.message ?? 'wrong'}`,
    );
  }
  const values = parsed.data;
  return Object.freeze({
    subscriptionId: values.SUBSCRIPTION_ID.toLowerCase(),
    armEndpoint: withoutSlash(values.ARM_ENDPOINT),
    armAudience: withoutSlash(values.ARM_AUDIENCE ?? values.ARM_ENDPOINT),
    marEndpoint: withoutSlash(values.MAR_ENDPOINT),
    marHost: values.MAR_HOST,
    mode: values.GATE_MODE,
    fleetGatePrefix: values.FLEET_GATE_PREFIX,
    verifyDelaySeconds: values.VERIFY_DELAY_SECONDS,
    proofMaxAgeHours: values.PROOF_MAX_AGE_HOURS,
    planMaxAgeHours: values.PLAN_MAX_AGE_HOURS,
    gateWaitsForBaked: values.GATE_WAITS_FOR_BAKED,
    targetPatch: values.TARGET_PATCH,
    targetMinor: values.TARGET_MINOR,
    reconcileSchedule: values.RECONCILE_SCHEDULE,
    storage: storageOf(values),
  });
}

function storageOf(values: z.infer<typeof settings>): StorageConnection {
  if (values.AzureWebJobsStorage) return { kind: 'connection-string', connectionString: values.AzureWebJobsStorage };
  if (values.AzureWebJobsStorage__accountName) {
    return { kind: 'identity', accountName: values.AzureWebJobsStorage__accountName, suffix: values.STORAGE_SUFFIX };
  }
  throw new SyncError(
    'INVALID_SETTING',
    'setting AzureWebJobsStorage: got nothing, wants a connection string (or set AzureWebJobsStorage__accountName to use the identity of the app)',
  );
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

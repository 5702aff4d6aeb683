import type { z } from 'zod';
import type { Confidence } from './model/artifact.js';
import { SyncError } from './model/errors.js';
import type { StorageConnection } from './model/storage-connection.js';
import { aConnection, settings, splitList } from './settings.js';

export interface Config {
  readonly subscriptionId: string;
  readonly armEndpoint: string;
  readonly armAudience: string;
  readonly marEndpoint: string;
  readonly marHost: string;
  readonly enforcement: { readonly mode: 'observe' | 'enforce'; readonly scopes: readonly string[] };
  readonly gateGraceMinutes: number;
  readonly gateMinConfidence: Confidence;
  readonly fleetGatePrefix: string;
  /** Undefined: no policy assignment is kept. */
  readonly policyAssignmentId: string | undefined;
  readonly maintenanceHolds: 'off' | 'auto-upgrade' | 'all';
  readonly maintenanceCreate: boolean;
  readonly holdDays: number;
  readonly verifyDelaySeconds: number;
  readonly budgetSharePercent: number;
  readonly marReadsPerMinute: number;
  readonly proofMaxAgeHours: number;
  readonly planMaxAgeHours: number;
  readonly freshProofMinutes: number;
  readonly auditRetainDays: number;
  readonly componentInsights: 'required' | 'optional';
  readonly gateWaitsForBaked: boolean;
  readonly proofLevel: 'deep' | 'manifests';
  readonly warmReferrers: boolean;
  readonly targetPatch: boolean;
  readonly targetMinor: boolean;
  readonly reconcileSchedule: string;
  readonly driftSchedule: string;
  /** Undefined: there is no log of pulls. */
  readonly logAnalytics: { readonly endpoint: string; readonly workspaceId: string } | undefined;
  /** Undefined: nothing is published. */
  readonly eventTopicEndpoint: string | undefined;
  readonly deadlineMarginMinutes: number;
  readonly catalogSchedule: string;
  /** Empty: this source is switched off. */
  readonly agentBakerUrl: string;
  /** Empty: this source is switched off. */
  readonly vulnerabilityApiEndpoint: string;
  readonly storage: StorageConnection;
}

/** Settings that may hold secrets: a message tells their length only. */
const secrets = new Set(['AzureWebJobsStorage']);

/**
 * Reads the application settings.
 * @throws SyncError INVALID_SETTING with one line: the setting, what it got, what it wants
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = settings.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    throw refuse(name, environment[name], issue?.message ?? 'is wrong');
  }
  const values = parsed.data;
  return Object.freeze({
    subscriptionId: values.SUBSCRIPTION_ID.toLowerCase(),
    armEndpoint: withoutSlash(values.ARM_ENDPOINT),
    armAudience: withoutSlash(values.ARM_AUDIENCE ?? values.ARM_ENDPOINT),
    marEndpoint: withoutSlash(values.MAR_ENDPOINT),
    marHost: values.MAR_HOST,
    enforcement: { mode: values.GATE_MODE, scopes: splitList(values.ENFORCE_SCOPES) },
    gateGraceMinutes: values.GATE_GRACE_MINUTES,
    gateMinConfidence: values.GATE_MIN_CONFIDENCE,
    fleetGatePrefix: values.FLEET_GATE_PREFIX,
    policyAssignmentId: values.POLICY_ASSIGNMENT_ID,
    maintenanceHolds: values.MAINTENANCE_HOLDS,
    maintenanceCreate: values.MAINTENANCE_CREATE,
    holdDays: values.HOLD_DAYS,
    verifyDelaySeconds: values.VERIFY_DELAY_SECONDS,
    budgetSharePercent: values.BUDGET_SHARE_PERCENT,
    marReadsPerMinute: values.MAR_READS_PER_MINUTE,
    proofMaxAgeHours: values.PROOF_MAX_AGE_HOURS,
    planMaxAgeHours: values.PLAN_MAX_AGE_HOURS,
    freshProofMinutes: values.FRESH_PROOF_MINUTES,
    auditRetainDays: values.AUDIT_RETAIN_DAYS,
    componentInsights: values.COMPONENT_INSIGHTS,
    gateWaitsForBaked: values.GATE_WAITS_FOR_BAKED,
    proofLevel: values.PROOF_LEVEL,
    warmReferrers: values.WARM_REFERRERS,
    targetPatch: values.TARGET_PATCH,
    targetMinor: values.TARGET_MINOR,
    reconcileSchedule: values.RECONCILE_SCHEDULE,
    driftSchedule: values.DRIFT_SCHEDULE,
    logAnalytics: logAnalyticsOf(values),
    eventTopicEndpoint: values.EVENT_TOPIC_ENDPOINT,
    deadlineMarginMinutes: values.DEADLINE_MARGIN_MINUTES,
    catalogSchedule: values.CATALOG_SCHEDULE,
    agentBakerUrl: values.AGENTBAKER_URL,
    vulnerabilityApiEndpoint: withoutSlash(values.VULNERABILITY_API_ENDPOINT),
    storage: storageOf(values),
  });
}

function logAnalyticsOf(values: z.infer<typeof settings>): Config['logAnalytics'] {
  const workspaceId = values.LOG_ANALYTICS_WORKSPACE_ID?.toLowerCase();
  return workspaceId === undefined ? undefined : { endpoint: withoutSlash(values.LOG_ANALYTICS_ENDPOINT), workspaceId };
}

function storageOf(values: z.infer<typeof settings>): StorageConnection {
  if (values.AzureWebJobsStorage !== undefined) {
    return { kind: 'connection-string', connectionString: values.AzureWebJobsStorage };
  }
  if (values.AzureWebJobsStorage__accountName !== undefined) {
    return { kind: 'identity', accountName: values.AzureWebJobsStorage__accountName, suffix: values.STORAGE_SUFFIX };
  }
  const [, accountName, suffix] =
    /^https:\/\/([^.]+)\.queue\.([^/]+)/.exec(values.AzureWebJobsStorage__queueServiceUri ?? '') ?? [];
  if (accountName !== undefined && suffix !== undefined) return { kind: 'identity', accountName, suffix };
  throw refuse('AzureWebJobsStorage', undefined, aConnection.error);
}

function refuse(name: string, value: string | undefined, wanted: string): SyncError {
  return new SyncError('INVALID_SETTING', `setting ${name}: got ${describeValue(name, value)}, ${wanted}`);
}

function describeValue(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  return secrets.has(name) ? `${value.length} characters` : JSON.stringify(value.slice(0, 80));
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

import { z } from 'zod';
import { confidences } from './model/artifact.js';
import { isNcrontab } from './model/ncrontab.js';

/** The message of every check of a setting: what it wants. */
const wants = (what: string) => ({ error: `wants ${what}` });

const anEndpoint = wants('an address that starts with https:// (http:// on loopback hosts only)');
const endpoint = z.string(anEndpoint).refine(isEndpoint, anEndpoint);

const anEndpointOrNothing = wants('an address that starts with https:// (http:// on loopback hosts only), or off');
/** `off` switches a source off; so does nothing, yet the Functions host hands no setting on that holds nothing. */
const endpointOrNone = z
  .string(anEndpointOrNothing)
  .transform((text) => (text === 'off' ? '' : text))
  .refine((text) => text === '' || isEndpoint(text), anEndpointOrNothing);

const aHost = wants('a host name in lower case');
const host = z.string(aHost).regex(/^[a-z0-9.-]+$/, aHost);

const count = (least: number, most: number, unset: number) => {
  const aCount = wants(`a whole number from ${least} to ${most}`);
  return z.coerce.number(aCount).int(aCount).min(least, aCount).max(most, aCount).default(unset);
};

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const aSubscription = wants('a subscription id (a GUID)');
const aWorkspace = wants('the workspace id of a Log Analytics workspace (a GUID, not its resource id)');
const aConfidence = wants(`one of ${confidences.join(', ')}`);
const aPrefix = wants('1 to 100 characters');
const someScopes = wants('resource ids of clusters, fleets, resource groups or subscriptions, separated by commas');
const anAssignment = wants('the resource id of a policy assignment');
const aSchedule = wants('an NCRONTAB schedule of six fields, such as 0 */5 * * * *');
/** Also said when there is neither a connection nor an account. */
export const aConnection = wants(
  'the connection string of a storage account (or set AzureWebJobsStorage__accountName to use the identity of the app)',
);
const aQueueService = wants('the queue address of a storage account, such as https://<account>.queue.core.windows.net');
const anAccount = wants('the name of a storage account: 3 to 24 lower case letters and digits');

const toggle = z
  .enum(['true', 'false'])
  .default('true')
  .transform((text) => text === 'true');

/** Every setting of the app: `docs/settings.md` is generated from this. */
export const settings = z.object({
  SUBSCRIPTION_ID: z
    .string(aSubscription)
    .regex(guid, aSubscription)
    .describe('Subscription whose clusters and registries the app serves.'),
  ARM_ENDPOINT: endpoint
    .default('https://management.azure.com')
    .describe('Azure Resource Manager; differs in sovereign clouds.'),
  ARM_AUDIENCE: endpoint.optional().describe('Token audience of Azure Resource Manager; `ARM_ENDPOINT` unless set.'),
  MAR_ENDPOINT: endpoint
    .default('https://mcr.microsoft.com')
    .describe('Where the app reaches the Microsoft Artifact Registry.'),
  MAR_HOST: host
    .default('mcr.microsoft.com')
    .describe('Name by which cache rules and clusters spell that registry; `mcr.azure.cn` in Azure China.'),
  GATE_MODE: z
    .enum(['observe', 'enforce'], wants('observe or enforce'))
    .default('observe')
    .describe('`observe` decides and publishes, `enforce` also opens gates in Azure.'),
  ENFORCE_SCOPES: z
    .string(someScopes)
    .refine((text) => splitList(text).every(isScope), someScopes)
    .default('')
    .describe(
      'With `GATE_MODE=enforce`: only what lies at or under one of these resource ids is changed, comma separated; empty: everything.',
    ),
  GATE_GRACE_MINUTES: count(0, 1440, 0).describe(
    'Minutes for which a gate that was open stays so although a proof has become too old, while that is being renewed. Nothing else is forgiven.',
  ),
  GATE_MIN_CONFIDENCE: z
    .enum(confidences, aConfidence)
    .default('probed')
    .describe('An artifact that is known less surely leaves the gate unknown.'),
  FLEET_GATE_PREFIX: z
    .string(aPrefix)
    .min(1, aPrefix)
    .max(100, aPrefix)
    .default('artifact-sync')
    .describe('Only Fleet approval gates whose display name starts so are ours; `*` for all.'),
  POLICY_ASSIGNMENT_ID: z
    .string(anAssignment)
    .regex(
      /^\/(subscriptions|providers\/Microsoft\.Management\/managementGroups)\/[^?#%\s]+\/policyAssignments\/[^/?#%\s]+$/i,
      anAssignment,
    )
    .optional()
    .describe(
      'Azure Policy assignment whose lists of guarded clusters and allowed versions the app keeps ([policy.md](policy.md)); unset: none.',
    ),
  MAINTENANCE_HOLDS: z
    .enum(['off', 'auto-upgrade', 'all'], wants('off, auto-upgrade or all'))
    .default('auto-upgrade')
    .describe(
      'Which planned maintenance of clusters with auto-upgrade is held while a target is not open: `auto-upgrade` Kubernetes versions and node images, `all` weekly AKS releases too, `off` none. See maintenance.md.',
    ),
  MAINTENANCE_CREATE: z
    .enum(['true', 'false'], wants('true or false'))
    .default('false')
    .transform((text) => text === 'true')
    .describe('Whether a maintenance configuration that a cluster lacks is made for as long as it is held.'),
  HOLD_DAYS: count(1, 7, 3).describe(
    'Days beyond today that a hold of planned maintenance lasts unless it is renewed: should the app die, it ends by itself then.',
  ),
  VERIFY_DELAY_SECONDS: count(1, 3600, 10).describe(
    'Seconds between asking for an artifact and the first look whether it is cached; doubles up to 10 minutes.',
  ),
  BUDGET_SHARE_PERCENT: count(1, 100, 50).describe(
    'Part of the documented request limits of ACR and of Azure Resource Manager that the app uses; the rest is for nodes and people.',
  ),
  MAR_READS_PER_MINUTE: count(60, 100_000, 3000).describe(
    'Requests a minute to the Microsoft Artifact Registry, which documents no limit; a sixth of them at once after a rest.',
  ),
  PROOF_MAX_AGE_HOURS: count(1, 720, 6).describe(
    'Hours after which a proof no longer counts; it is renewed at half of that.',
  ),
  FRESH_PROOF_MINUTES: count(1, 1440, 15).describe(
    'Before a Fleet gate is approved, proofs older than this are renewed: an approval cannot be taken back.',
  ),
  PLAN_MAX_AGE_HOURS: count(1, 720, 3).describe(
    'Hours after which the facts behind a plan no longer count; it is renewed at a third of that.',
  ),
  COMPONENT_INSIGHTS: z
    .enum(['required', 'optional'])
    .default('required')
    .describe(
      '`required`: the gate is unknown where AKS reports no components for the target; `optional`: lists will do.',
    ),
  GATE_WAITS_FOR_BAKED: toggle.describe(
    'Whether a gate also waits for artifacts that the node images of every pool carry already. They are cached either way, last.',
  ),
  PROOF_LEVEL: z
    .enum(['deep', 'manifests'])
    .default('deep')
    .describe(
      '`deep`: a proof covers every config and layer too, each asked for once; `manifests`: tag, index and child manifests alone.',
    ),
  WARM_REFERRERS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('Whether signatures and SBOMs that refer to an artifact are cached too. No gate waits for them.'),
  TARGET_PATCH: toggle.describe('Whether clusters are prepared for the newest patch of their minor version.'),
  TARGET_MINOR: toggle.describe('Whether clusters are prepared for the newest version of the next minor.'),
  RECONCILE_SCHEDULE: z
    .string(aSchedule)
    .refine(isNcrontab, aSchedule)
    .default('0 */5 * * * *')
    .describe('NCRONTAB schedule of the reconcile timer.'),
  AUDIT_RETAIN_DAYS: count(30, 3650, 400).describe(
    'Days for which the audit trail is kept; what is older is removed once a day, and cannot be had back.',
  ),
  DRIFT_SCHEDULE: z
    .string(aSchedule)
    .refine(isNcrontab, aSchedule)
    .default('0 30 4 * * *')
    .describe('NCRONTAB schedule of the timer that compares what was predicted with what was pulled.'),
  LOG_ANALYTICS_WORKSPACE_ID: z
    .string(aWorkspace)
    .regex(guid, aWorkspace)
    .optional()
    .describe(
      'Workspace that gets `ContainerRegistryRepositoryEvents` of the registries; without it, nobody knows what was predicted and never pulled.',
    ),
  LOG_ANALYTICS_ENDPOINT: endpoint
    .default('https://api.loganalytics.io')
    .describe('Query API of Log Analytics, token audience too; differs in sovereign clouds.'),
  EVENT_TOPIC_ENDPOINT: endpoint
    .optional()
    .describe(
      'Event Grid custom topic of schema CloudEvents 1.0 that is told of gates, failures, deadlines and the catalogue; unset: nothing is published.',
    ),
  DEADLINE_MARGIN_MINUTES: count(0, 10_080, 60).describe(
    'Minutes before a deadline by which a cache is to be complete: a forecast beyond that puts the deadline at risk.',
  ),
  CATALOG_SCHEDULE: z
    .string(aSchedule)
    .refine(isNcrontab, aSchedule)
    .default('0 15 */6 * * *')
    .describe('NCRONTAB schedule of the timer that reads the sources of the catalogue anew.'),
  AGENTBAKER_URL: endpointOrNone
    .default('https://raw.githubusercontent.com/Azure/AgentBaker/master/parts/common/components.json')
    .describe("AgentBaker's component list, or a mirror of it; `off`: go without."),
  VULNERABILITY_API_ENDPOINT: endpointOrNone
    .default('https://cve-api.prod-aks.azure.com/api/v1')
    .describe('AKS Vulnerability Data API, or a mirror of it; `off`: go without.'),
  AzureWebJobsStorage: z
    .string(aConnection)
    .refine(isConnectionString, aConnection)
    .optional()
    .describe('Connection string of the storage account; or set `AzureWebJobsStorage__accountName`.'),
  AzureWebJobsStorage__accountName: z
    .string(anAccount)
    .regex(/^[a-z0-9]{3,24}$/, anAccount)
    .optional()
    .describe('Storage account reached with the identity of the app, without keys.'),
  AzureWebJobsStorage__queueServiceUri: z
    .string(aQueueService)
    .regex(/^https:\/\/[a-z0-9]{3,24}\.queue\.[a-z0-9.-]+\/?$/, aQueueService)
    .optional()
    .describe(
      'Queue address of the storage account, instead of its name: what the Functions host wants in sovereign clouds, with `__blobServiceUri` and `__tableServiceUri`.',
    ),
  STORAGE_SUFFIX: host
    .default('core.windows.net')
    .describe('DNS suffix of storage endpoints; differs in sovereign clouds.'),
});

/** Entries of a comma separated list, without blanks around them. */
export function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** A subscription, or anything below one. */
function isScope(text: string): boolean {
  return text.length <= 2048 && /^\/subscriptions\/[^/\s?#]+(\/[^/\s?#]+)*\/?$/i.test(text);
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

/** As much of the form as tells a connection string from any other text. Source: azure-docs storage-configure-connection-string.md. */
function isConnectionString(text: string): boolean {
  return /(^|;)(UseDevelopmentStorage=true|(AccountName|QueueEndpoint|TableEndpoint)=[^;]+)/i.test(text);
}

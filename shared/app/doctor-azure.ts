import { DefaultAzureCredential } from '@azure/identity';
import { z } from 'zod';
import { ArmClient } from '../azure/arm-client.js';
import { ArmClusters } from '../azure/clusters.js';
import { ArmRegistries } from '../azure/registries.js';
import { parseRegistryId } from '../azure/registry-documents.js';
import { NetworkProber } from '../azure/registry-prober.js';
import { readConfig } from '../config.js';
import { settings } from '../settings.js';
import { SyncError } from '../model/errors.js';
import type { ResourceId } from '../model/resource-id.js';
import { checkOf, type RegistryCheck } from '../warming/registry-check.js';
import { examine, type DoctorReport, type DoctorRequest } from './doctor.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Of the app's settings only these matter to who asks ARM and registries; no storage is needed. */
const reachSettings = settings
  .pick({ SUBSCRIPTION_ID: true, ARM_ENDPOINT: true, ARM_AUDIENCE: true, MAR_HOST: true })
  .partial({ SUBSCRIPTION_ID: true });

/**
 * Examines registries and clusters in Azure, as whoever is logged in: a managed identity, the environment, `az login`.
 * @throws SyncError INVALID_SETTING, INVALID_INPUT, and as `examine`
 */
export async function examineAzure(request: DoctorRequest, environment: Environment): Promise<DoctorReport> {
  const { SUBSCRIPTION_ID, ARM_ENDPOINT, ARM_AUDIENCE, MAR_HOST } = readSettings(environment);
  const endpoint = ARM_ENDPOINT.replace(/\/+$/, '');
  const audience = (ARM_AUDIENCE ?? endpoint).replace(/\/+$/, '');
  const credential = new DefaultAzureCredential();
  const arm = new ArmClient(endpoint, audience, credential);
  const needsSubscription = request.cluster === undefined && !request.registry?.startsWith('/');
  if (needsSubscription && SUBSCRIPTION_ID === undefined) {
    throw new SyncError('INVALID_INPUT', 'name a registry or cluster by its resource id, or set SUBSCRIPTION_ID');
  }
  const subscriptionId = SUBSCRIPTION_ID ?? '';
  const report = await examine(request, {
    clusters: new ArmClusters(arm, subscriptionId),
    registries: new ArmRegistries(credential, endpoint, audience),
    prober: new NetworkProber(arm, credential, () => new Date()),
    findRegistry: (name) => findRegistry(name, subscriptionId, arm),
    marHost: MAR_HOST,
  });
  return { ...report, checks: checkSettings(environment) };
}

function readSettings(environment: Environment): z.infer<typeof reachSettings> {
  const parsed = reachSettings.safeParse(environment);
  if (parsed.success) return parsed.data;
  throw new SyncError('INVALID_SETTING', z.prettifyError(parsed.error).slice(0, 300));
}

const identified = z.object({ id: z.string().max(2048) });

async function findRegistry(name: string, subscriptionId: string, arm: ArmClient): Promise<ResourceId> {
  const path = `/subscriptions/${subscriptionId}/providers/Microsoft.ContainerRegistry/registries`;
  const ids = (await arm.list(path, '2025-11-01')).flatMap((item) => identified.safeParse(item).data?.id ?? []);
  const found = ids.map(parseRegistryId).find((registry) => registry.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  throw new SyncError('REGISTRY_NOT_FOUND', `subscription ${subscriptionId} has no registry ${name.slice(0, 60)}`);
}

/** Only where the app's own settings are: elsewhere there is nothing to be wrong with them. */
function checkSettings(environment: Environment): readonly RegistryCheck[] {
  const isApp = ['AzureWebJobsStorage', 'AzureWebJobsStorage__accountName'].some((name) => environment[name]);
  if (!isApp) return [];
  try {
    const { mode, scopes } = readConfig(environment).enforcement;
    const where = mode === 'enforce' && scopes.length > 0 ? ` in ${scopes.length} scopes` : '';
    return [checkOf('settings', `complete; GATE_MODE is ${mode}${where}`, [])];
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return [{ name: 'settings', outcome: 'failed', detail: error.message, findings: [] }];
  }
}

import type { TokenCredential } from '@azure/core-auth';
import { ArmClient } from '../azure/arm-client.js';
import { ArmClusterTopics } from '../azure/cluster-topics.js';
import { ArmClusters } from '../azure/clusters.js';
import { ArmFleets } from '../azure/fleets.js';
import { ArmImports } from '../azure/imports.js';
import { LogAnalyticsPullLog } from '../azure/log-analytics.js';
import { ArmPolicyAssignments } from '../azure/policy-assignments.js';
import { ArmMaintenanceConfigurations } from '../azure/maintenance-configurations.js';
import { ArmRegistries } from '../azure/registries.js';
import { watchPolicy } from '../azure/watch-policy.js';
import type { Ports } from '../app/ports.js';
import type { Config } from '../config.js';
import type { RegistryReader } from '../requirements/ports.js';
import type { SharedBudgets } from '../warming/budgets.js';

/** Azure Resource Manager and Log Analytics: clusters, fleets, registries as resources, imports, pulls. */
export function connectAzure(config: Config, credential: TokenCredential, budgets: SharedBudgets) {
  const { armEndpoint, armAudience, subscriptionId } = config;
  const policies = [watchPolicy(budgets)];
  const arm = new ArmClient(armEndpoint, armAudience, credential, policies);
  return {
    clusters: new ArmClusters(arm, subscriptionId),
    clusterTopics: new ArmClusterTopics(arm, subscriptionId),
    eventAccount: config.storage.kind === 'identity' ? config.storage.accountName : undefined,
    registries: teachSkus(new ArmRegistries(credential, armEndpoint, armAudience, policies), budgets),
    fleets: new ArmFleets(arm, subscriptionId),
    policyAssignments:
      config.policyAssignmentId === undefined ? undefined : new ArmPolicyAssignments(arm, config.policyAssignmentId),
    maintenance: new ArmMaintenanceConfigurations(arm, subscriptionId),
    imports: new ArmImports(credential, armEndpoint, armAudience, config.marHost, policies),
    pullLog: pullLogOf(config, credential),
  } satisfies Partial<Ports>;
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

function pullLogOf({ logAnalytics }: Config, credential: TokenCredential): LogAnalyticsPullLog | undefined {
  return logAnalytics && new LogAnalyticsPullLog(logAnalytics.endpoint, logAnalytics.workspaceId, credential);
}

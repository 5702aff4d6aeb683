import { randomUUID } from 'node:crypto';
import { DefaultAzureCredential } from '@azure/identity';
import type { TokenCredential } from '@azure/core-auth';
import packageJson from '../package.json' with { type: 'json' };
import { AcrTokens } from './azure/acr-tokens.js';
import { ArmClient } from './azure/arm-client.js';
import { ArmClusters } from './azure/clusters.js';
import { ArmFleets } from './azure/fleets.js';
import { JsonQueue } from './azure/queues.js';
import { ArmRegistries } from './azure/registries.js';
import { Storage } from './azure/storage.js';
import { TableArtifactStates } from './azure/table-artifact-states.js';
import { TableFleetGateRecords, TableJudgements, TableProblems, TableSeenClusters } from './azure/table-gate-records.js';
import { TableTargets } from './azure/table-targets.js';
import { loadCatalog } from './catalog/catalog.js';
import { readConfig, type Config } from './config.js';
import type { GateTask } from './gate/ports.js';
import { AnonymousTokens } from './oci/anonymous.js';
import { RegistryClient } from './oci/registry-client.js';
import type { ManifestReader, PlanTask, WarmTask } from './warming/ports.js';

const hour = 3_600_000;

/** Everything that the stages need, made of Azure. */
export type Ports = ReturnType<typeof connect>;

/** The only place that knows both the stages and Azure. Opens no connection by itself. */
export function connect(config: Config, credential: TokenCredential = new DefaultAzureCredential()) {
  const now = () => new Date();
  const storage = new Storage(config.storage, () => credential);
  const arm = new ArmClient(config.armEndpoint, config.armAudience, credential);
  return {
    version: packageJson.version,
    mode: config.mode,
    prefix: config.fleetGatePrefix,
    marHost: config.marHost,
    now,
    newRunId: () => randomUUID(),
    catalog: loadCatalog(),
    pace: { verifyDelaySeconds: config.verifyDelaySeconds },
    gatePolicy: { maxProofAgeMs: config.proofMaxAgeHours * hour, maxPlanAgeMs: config.planMaxAgeHours * hour },
    workPolicy: {
      reproveAfterMs: (config.proofMaxAgeHours * hour) / 2,
      retryFailedAfterMs: hour / 2,
      lostAfterMs: 2 * 60_000,
    },
    reconcilePolicy: {
      renewPlanAfterMs: Math.min(hour, (config.planMaxAgeHours * hour) / 4),
      lostAfterMs: 2 * 60_000,
      fleetGatePrefix: config.fleetGatePrefix,
    },
    storage,
    clusters: new ArmClusters(arm, config.subscriptionId),
    registries: new ArmRegistries(credential, config.armEndpoint, config.armAudience),
    fleets: new ArmFleets(arm, config.subscriptionId),
    upstream: new RegistryClient(config.marEndpoint, new AnonymousTokens()),
    registry: registryReaders((loginServer) => new AcrTokens(loginServer, credential, now)),
    states: new TableArtifactStates(storage.table('syncArtifacts')),
    targets: new TableTargets(storage.table('syncTargets')),
    judgements: new TableJudgements(storage.table('syncJudgements')),
    fleetRecords: new TableFleetGateRecords(storage.table('syncFleetGates')),
    seenClusters: new TableSeenClusters(storage.table('syncClusters')),
    problems: new TableProblems(storage.table('syncProblems')),
    planQueue: new JsonQueue<PlanTask>(storage.queue('plan')),
    warmQueue: new JsonQueue<WarmTask>(storage.queue('warm')),
    gateQueue: new JsonQueue<GateTask>(storage.queue('gate')),
  };
}

/** One client a registry, so that its tokens are shared by the invocations of this instance. */
function registryReaders(tokens: (loginServer: string) => AcrTokens): (loginServer: string) => ManifestReader {
  const readers = new Map<string, ManifestReader>();
  return (loginServer) => {
    const known = readers.get(loginServer);
    if (known) return known;
    const created = new RegistryClient(`https://${loginServer}`, tokens(loginServer));
    readers.set(loginServer, created);
    return created;
  };
}


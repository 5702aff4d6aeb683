import { z } from 'zod';
import { artifact, minor, name, seconds, version } from './scenario-values.js';
import { expectedPolicy, policyAssignment } from './scenario-policy.js';
import { expectedGate, expectedRun, fleet } from './scenario-fleet.js';
import { autoUpgrade, expectedHold, maintenanceConfiguration } from './scenario-maintenance.js';
import { faults } from './scenario-faults.js';
import { mar, registry } from './scenario-registries.js';
import { checkReferences } from './scenario-references.js';

const pool = z.strictObject({
  name: name.describe('Name of the node pool.'),
  mode: z.enum(['System', 'User']).default('User').describe('Mode of the pool.'),
  osSku: z
    .enum(['Ubuntu', 'Ubuntu2204', 'Ubuntu2404', 'AzureLinux'])
    .default('Ubuntu')
    .describe('OS SKU; `Ubuntu` is 22.04 before Kubernetes 1.35 and 24.04 from then on.'),
  architecture: z.enum(['amd64', 'arm64']).default('amd64').describe('Decides VM size and node image.'),
  count: z.number().int().min(1).max(1000).default(3).describe('Nodes.'),
  kubernetesVersion: version.optional().describe("Version of the pool; the cluster's unless set."),
});

const cluster = z.strictObject({
  name: name.describe('Name of the cluster.'),
  resourceGroup: name.describe('Its resource group.'),
  kubernetesVersion: version.describe('Version at the start.'),
  upgrades: z.array(version).default([]).describe('Versions that its upgrade profile offers.'),
  artifactSource: z
    .enum(['Cache', 'Direct'])
    .describe('`Cache`: network isolated, pulls from `registry`; `Direct`: from MAR.'),
  registry: name.optional().describe('Registry of a `Cache` cluster.'),
  pools: z.array(pool).min(1).describe('Node pools.'),
  properties: z
    .record(z.string(), z.json())
    .default({})
    .describe("Laid over ARM's `properties` of the cluster, objects merged: add-ons, network profile and so on."),
  components: z
    .array(z.string())
    .default([])
    .describe('What Component Insights reports for this cluster, by name; versions come from `componentVersions`.'),
  maintenanceConfigurations: z
    .array(maintenanceConfiguration)
    .default([])
    .describe('Planned maintenance at the start.'),
  autoUpgrade: autoUpgrade.optional().describe('An upgrade that AKS makes by itself.'),
  subscribed: z
    .boolean()
    .default(true)
    .describe('Whether an Event Grid system topic delivers its events to the app; false: they reach nobody.'),
  nodePulls: z.array(artifact).default([]).describe('What its nodes pull when they are upgraded, as in MAR.'),
});

const event = z.strictObject({
  type: z.enum(['NewKubernetesVersionAvailable', 'ScheduledEventEmitted']).describe('Kind of event.'),
  cluster: name.describe('Cluster that it is about.'),
  afterSeconds: seconds.default(0).describe('When it is published, counted from `play`.'),
  inSeconds: z
    .number()
    .optional()
    .describe('Of `ScheduledEventEmitted`: how long after it was published AKS begins; an hour unless set.'),
  status: z
    .enum(['Scheduled', 'Started', 'Completed', 'Cancelled', 'Failed'])
    .optional()
    .describe('Of `ScheduledEventEmitted`: `Scheduled` unless set.'),
  details: z
    .string()
    .optional()
    .describe('Of `ScheduledEventEmitted`: what AKS says; the same text, the same maintenance.'),
});

const expectedTarget = z.strictObject({
  version: version.describe('Target version.'),
  decision: z.enum(['open', 'closed', 'unknown']).describe('Decision of its gate at the end.'),
  missing: z.array(artifact).default([]).describe('Of a closed gate: exactly the artifacts that it names.'),
  escaped: z
    .int()
    .min(0)
    .optional()
    .describe('How many artifacts nodes pulled that nothing had predicted; unset: not looked at.'),
  atRisk: z.boolean().optional().describe('Whether its deadline is at risk; unset: not looked at.'),
});

const expectedCluster = z.strictObject({
  name: name.describe('A cluster of this scenario.'),
  kubernetesVersion: version.describe('Its version at the end.'),
  isolated: z.boolean().default(true).describe('Whether the app serves it; false: left alone.'),
  targets: z.array(expectedTarget).default([]).describe('Decisions by target version.'),
});

const expectedEvent = z.strictObject({
  type: z
    .enum(['GateOpened', 'GateClosed', 'WarmupFailed', 'DeadlineAtRisk', 'CatalogChanged'])
    .describe('Type of an event that the app publishes, without its prefix.'),
  cluster: name.optional().describe('Cluster that it is about; unset: any.'),
  count: z.int().min(0).optional().describe('How many there are, told apart by their ids; unset: at least one.'),
});

const expect = z.strictObject({
  events: z.array(expectedEvent).optional().describe('What must have been published to the custom topic.'),
  clusters: z.array(expectedCluster).default([]).describe('What must be true of clusters.'),
  updateRuns: z.array(expectedRun).default([]).describe('What must be true of update runs.'),
  gates: z.array(expectedGate).default([]).describe('What must be true of Fleet gates.'),
  policy: expectedPolicy.optional().describe('What the policy assignment must hold.'),
  holds: z.array(expectedHold).optional().describe('What must be true of planned maintenance.'),
});

/** A subscription to play: `docs/scenarios.md` describes every field. */
export const scenarioSchema = z
  .strictObject({
    name: z.string().min(1).describe('Shown to people.'),
    description: z.string().default('').describe('What this subscription shows.'),
    seed: z
      .number()
      .int()
      .min(0)
      .default(1)
      .describe('Seed of everything random: the same seed, the same faults and delays.'),
    timeoutSeconds: z
      .number()
      .min(1)
      .max(3600)
      .default(120)
      .describe('The run has failed when `expect` does not hold by then.'),
    subscriptionId: z.guid().default('11111111-2222-3333-4444-555555555555').describe('The subscription.'),
    location: z
      .string()
      .regex(/^[a-z0-9]+$/)
      .default('westeurope')
      .describe('Azure region of everything.'),
    registries: z.array(registry).default([]).describe('Container registries.'),
    clusters: z.array(cluster).min(1).describe('AKS clusters.'),
    componentVersions: z
      .record(minor, z.record(z.string(), z.string()))
      .default({})
      .describe('Component Insights: by Kubernetes minor, the version of each component.'),
    fleets: z.array(fleet).default([]).describe('Fleets.'),
    mar: mar.prefault({}).describe('Corrections of what MAR has.'),
    faults: faults.prefault({}).describe('What goes wrong.'),
    policyAssignment: policyAssignment.optional().describe('An assignment of the policy of versions; unset: none.'),
    events: z.array(event).default([]).describe('Events to publish.'),
    expect: expect.prefault({}).describe('What must be true at the end.'),
  })
  .superRefine(checkReferences);

export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioInput = z.input<typeof scenarioSchema>;
export type ScenarioCluster = Scenario['clusters'][number];
export type ScenarioRegistry = Scenario['registries'][number];
export type ScenarioFleet = Scenario['fleets'][number];
export type ScenarioRun = ScenarioFleet['updateRuns'][number];
export type ScenarioEvent = Scenario['events'][number];

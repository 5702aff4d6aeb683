import type { FleetGate, UpdateRun } from '../../shared/gate/fleet/fleet.js';
import type { GatePolicy } from '../../shared/gate/decision/decide.js';
import { artifactName, type ArtifactRef, type Requirement, type RequirementSet } from '../../shared/model/artifact.js';
import type { Cluster, UpgradeProfile } from '../../shared/model/cluster.js';
import { parseKubernetesVersion, type KubernetesVersion } from '../../shared/model/kubernetes-version.js';
import type { CacheRule, Registry } from '../../shared/model/registry.js';
import { parseClusterId, parseResourceId } from '../../shared/model/resource-id.js';
import type { ArtifactState, PlannedTarget } from '../../shared/warming/state.js';
import { digestOf } from './fakes/fake-manifests.js';

export const subscriptionId = '11111111-2222-3333-4444-555555555555';
const group = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers`;

export const now = new Date('2026-09-01T08:00:00.000Z');
export const minutes = (count: number): number => count * 60_000;
export const hours = (count: number): number => minutes(count * 60);
export const before = (ms: number): Date => new Date(now.getTime() - ms);

export const version = (text: string): KubernetesVersion => parseKubernetesVersion(text);
export const target = version('1.35.7');

export const clusterId = (name = 'one'): string => `${group}/Microsoft.ContainerService/managedClusters/${name}`;
export const registryId = (name = 'acr'): string => `${group}/Microsoft.ContainerRegistry/registries/${name}`;
export const fleetId = `${group}/Microsoft.ContainerService/fleets/fleet`;
export const gateId = (name = 'g1'): string => `${fleetId}/gates/${name}`;
export const runId = `${fleetId}/updateRuns/run`;

/** ARM's creation date of every registry here. */
const createdAt = '2026-01-15T08:30:00.000Z';

export const coredns: ArtifactRef = { repository: 'oss/v2/kubernetes/coredns', tag: 'v1.13.1-6' };
export const pause: ArtifactRef = { repository: 'oss/v2/kubernetes/pause', tag: '3.10.1' };

export const newLayout: CacheRule = {
  name: 'aks-managed-mcr',
  sourceRepository: 'mcr.microsoft.com/*',
  targetRepository: 'aks-managed-repository/*',
};

export function registryOf(name = 'acr', cacheRules: readonly CacheRule[] = [newLayout]): Registry {
  return { resource: parseResourceId(registryId(name)), loginServer: `${name}.azurecr.io`, createdAt, cacheRules };
}

/** An isolated cluster with one Ubuntu pool on amd64; with null for its registry it is not isolated. */
export function clusterOf(name = 'one', registry: string | null = 'acr', changes: Partial<Cluster> = {}): Cluster {
  return {
    resource: parseClusterId(clusterId(name)),
    location: 'westeurope',
    kubernetesVersion: version('1.34.7'),
    pools: [{ name: 'system', osType: 'Linux', osSku: 'Ubuntu2404', architecture: 'amd64', nodeOs: 'ubuntu-24.04' }],
    properties: { networkProfile: { networkPlugin: 'azure' } },
    bootstrap:
      registry === null ? { source: 'direct' } : { source: 'cache', registry: parseResourceId(registryId(registry)) },
    ...changes,
  };
}

export function profileOf(...versions: readonly string[]): UpgradeProfile {
  return {
    upgrades: versions.map((text) => ({ version: version(text), isPreview: false })),
    componentsByMinor: new Map(),
  };
}

export function requirement(artifact: ArtifactRef = coredns): Requirement {
  return {
    ...artifact,
    kind: 'image',
    platforms: ['linux/amd64'],
    because: [{ component: 'coredns', source: 'component-insights', confidence: 'high', condition: 'always' }],
  };
}

export function setOf(...artifacts: readonly ArtifactRef[]): RequirementSet {
  return { artifacts: artifacts.map(requirement), unresolved: [], findings: [] };
}

export function planOf(set: RequirementSet = setOf(coredns), changes: Partial<PlannedTarget> = {}): PlannedTarget {
  return {
    clusterId: clusterId(),
    kubernetesVersion: target,
    registry: parseResourceId(registryId()).key,
    loginServer: 'acr.azurecr.io',
    set,
    plannedAt: before(minutes(5)),
    factsHash: 'facts',
    ...changes,
  };
}

export function stateOf(artifact: ArtifactRef = coredns, changes: Partial<ArtifactState> = {}): ArtifactState {
  const { repository, tag } = artifact;
  const digest = digestOf(artifactName(artifact));
  return {
    registry: parseResourceId(registryId()).key,
    loginServer: 'acr.azurecr.io',
    incarnation: createdAt,
    cachedRepository: `aks-managed-repository/${repository}`,
    repository,
    tag,
    digest,
    children: [digestOf(`${artifactName(artifact)}/0`), digestOf(`${artifactName(artifact)}/1`)],
    pinnedAt: before(minutes(5)),
    strategy: 'pull-through',
    phase: 'planned',
    step: 0,
    attempts: 0,
    failures: 0,
    dueAt: now,
    ...changes,
  };
}

export function provenState(artifact: ArtifactRef = coredns, changes: Partial<ArtifactState> = {}): ArtifactState {
  return stateOf(artifact, { phase: 'proven', step: 3, proof: 'deep', provenAt: before(minutes(1)), ...changes });
}

export const policy: GatePolicy = {
  maxProofAgeMs: hours(24),
  maxPlanAgeMs: hours(24),
  graceMs: 0,
  minConfidence: 'probed',
  baked: 'awaited',
  proofLevel: 'deep',
};

export function gateOf(changes: Partial<FleetGate> = {}): FleetGate {
  return {
    id: gateId(),
    fleetId,
    displayName: 'artifact-sync before canary',
    gateType: 'Approval',
    state: 'Pending',
    updateRunId: runId,
    timing: 'Before',
    stage: 'canary',
    ...changes,
  };
}

export function runOf(clusterIds: readonly string[] = [clusterId()], changes: Partial<UpdateRun> = {}): UpdateRun {
  return {
    id: runId,
    state: 'Pending',
    upgradeType: 'Full',
    kubernetesVersion: target,
    stages: [{ name: 'canary', groups: [{ name: 'first', clusterIds }] }],
    ...changes,
  };
}

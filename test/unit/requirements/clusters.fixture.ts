import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManagedCluster, parseUpgradeProfile } from '../../../shared/azure/cluster-documents.js';
import { loadCatalog, type TagLists } from '../../../shared/catalog/catalog.js';
import { artifactName, type Requirement, type RequirementSet } from '../../../shared/model/artifact.js';
import type { Cluster, ReportedComponent, UpgradeProfile } from '../../../shared/model/cluster.js';
import { minorOf, parseKubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { resolveRequirements } from '../../../shared/requirements/resolve.js';

export const sampleNames = ['ubuntu-policy', 'cilium-monitoring', 'mixed-arm'] as const;
export type SampleName = (typeof sampleNames)[number];

/** A document of test/fixtures/arm, as parsed JSON, fresh on every call. */
export function armDocument(file: string): { id: string; properties: Record<string, unknown> } {
  const path = join(process.cwd(), 'test/fixtures/arm', `${file}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as { id: string; properties: Record<string, unknown> };
}

export function sample(name: SampleName): { readonly cluster: Cluster; readonly profile: UpgradeProfile } {
  return {
    cluster: parseManagedCluster(armDocument(`${name}.cluster`)),
    profile: parseUpgradeProfile(armDocument(`${name}.upgrades`)),
  };
}

export interface PoolSpec {
  readonly name: string;
  readonly osType?: 'Linux' | 'Windows';
  readonly osSKU?: string;
  readonly vmSize?: string;
  readonly nodeImageVersion?: string;
  readonly [property: string]: unknown;
}

/** A cluster of ARM's shape with nothing switched on but what `properties` says. */
export function clusterWith(
  properties: Readonly<Record<string, unknown>> = {},
  pools: readonly PoolSpec[] = [{ name: 'nodes', osSKU: 'Ubuntu', vmSize: 'Standard_D4s_v5' }],
): Cluster {
  return parseManagedCluster({
    id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c',
    location: 'westeurope',
    properties: { kubernetesVersion: '1.34.7', agentPoolProfiles: pools, ...properties },
  });
}

export interface ResolveOptions {
  readonly reported?: readonly ReportedComponent[];
  readonly tagLists?: TagLists;
}

export function resolve(cluster: Cluster, target = '1.35.7', options: ResolveOptions = {}): RequirementSet {
  return resolveRequirements({
    cluster,
    target: parseKubernetesVersion(target),
    reported: options.reported ?? [],
    catalog: loadCatalog(),
    tagLists: options.tagLists ?? new Map(),
  });
}

/** The set of a sample for a version, with what its Component Insights report. */
export function resolveSample(name: SampleName, target = '1.35.7'): RequirementSet {
  const { cluster, profile } = sample(name);
  const minor = minorOf(parseKubernetesVersion(target));
  return resolve(cluster, target, { reported: profile.componentsByMinor.get(minor) ?? [] });
}

export function names(set: RequirementSet): readonly string[] {
  return set.artifacts.map(artifactName);
}

export function find(set: RequirementSet, name: string): Requirement | undefined {
  return set.artifacts.find((artifact) => artifactName(artifact) === name);
}

/** Artifacts that are there because of one component. */
export function namesFor(set: RequirementSet, component: string): readonly string[] {
  return set.artifacts
    .filter(({ because }) => because.some((reason) => reason.component === component))
    .map(artifactName);
}

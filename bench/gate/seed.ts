import { artifactName, type Requirement } from '../../shared/model/artifact.js';
import { parseKubernetesVersion } from '../../shared/model/kubernetes-version.js';
import type { Storage } from '../../shared/azure/storage.js';
import { TableArtifactStates } from '../../shared/azure/table-artifact-states.js';
import { TableTargets } from '../../shared/azure/table-targets.js';
import type { ArtifactState } from '../../shared/warming/state.js';

/** A cluster whose gate the bench asks for. */
export interface SeededGate {
  readonly clusterId: string;
  readonly version: string;
  readonly decision: 'open' | 'closed';
}

export interface Fleet {
  readonly clusters: number;
  readonly registries: number;
  /** Artifacts of a registry; every cluster of it needs all of them. */
  readonly artifacts: number;
  /** Registries whose last artifact is on its way still. */
  readonly shut: number;
}

/** Not the app's: its timer forgets targets of its own subscription that ARM does not know. */
const subscription = '/subscriptions/99999999-8888-7777-6666-555555555555/resourceGroups/rg/providers';
const version = parseKubernetesVersion('1.35.7');
const digest = `sha256:${'a'.repeat(64)}` as const;

/** Writes what planning and warming of that many clusters would have left behind. */
export async function seedFleet(fleet: Fleet, storage: Storage): Promise<readonly SeededGate[]> {
  const states = new TableArtifactStates(storage.table('syncArtifacts'));
  const targets = new TableTargets(storage.table('syncTargets'), () => new Date());
  const artifacts = Array.from({ length: fleet.artifacts }, (_unused, index) => requirementOf(index));
  for (let registry = 0; registry < fleet.registries; registry += 1) {
    const isShut = registry < fleet.shut;
    const rows = artifacts.map((artifact, index) => stateOf(registry, artifact, isShut && index === 0));
    await states.save(rows.map((state) => ({ state, etag: undefined })));
  }
  const gates: SeededGate[] = [];
  for (let cluster = 0; cluster < fleet.clusters; cluster += 1) {
    const registry = cluster % fleet.registries;
    const clusterId = `${subscription}/Microsoft.ContainerService/managedClusters/cluster-${cluster}`;
    await targets.savePlan({
      ...{ clusterId, kubernetesVersion: version, ...placeOf(registry) },
      set: { artifacts, unresolved: [], findings: [] },
      plannedAt: new Date(),
      factsHash: 'seeded',
      strategies: Object.fromEntries(artifacts.map(({ repository }) => [repository, 'pull-through'])),
    });
    gates.push({ clusterId, version, decision: registry < fleet.shut ? 'closed' : 'open' });
  }
  return gates;
}

function placeOf(registry: number) {
  const loginServer = `registry${registry}.azurecr.io`;
  return {
    loginServer,
    registry: `${subscription}/microsoft.containerregistry/registries/registry${registry}`.toLowerCase(),
  };
}

function requirementOf(index: number): Requirement {
  return {
    kind: 'image',
    repository: `oss/v2/kubernetes/component-${index}`,
    tag: `v1.${index}.0-1`,
    platforms: ['linux/amd64', 'linux/arm64'],
    because: [
      { component: `component-${index}`, source: 'component-insights', confidence: 'high', condition: 'always' },
    ],
  };
}

function stateOf(registry: number, artifact: Requirement, isWaiting: boolean): ArtifactState {
  const now = new Date();
  const proof = { phase: 'proven', proof: 'deep', provenAt: now, dueAt: now } as const;
  const waiting = {
    phase: 'waiting',
    reason: '1 of 3 manifests not cached yet',
    dueAt: new Date(now.getTime() + 3_600_000),
  } as const;
  return {
    ...placeOf(registry),
    incarnation: '2026-01-15T08:30:00.000Z',
    repository: artifact.repository,
    tag: artifact.tag,
    cachedRepository: `aks-managed-repository/${artifactName(artifact).split(':')[0]}`,
    digest,
    children: [digest, digest],
    pinnedAt: now,
    strategy: 'pull-through',
    step: 3,
    attempts: 1,
    failures: 0,
    ...(isWaiting ? waiting : proof),
  };
}

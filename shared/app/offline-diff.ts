import pLimit from 'p-limit';
import { artifactName, type Finding, type Requirement } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { BlobSizes, sumBytes, type BlobSize } from '../oci/blob-sizes.js';
import { diffSets } from '../requirements/diff.js';
import { plannedArtifact, plannedGap, type PlannedArtifact, type PlannedGap } from '../requirements/plan-document.js';
import {
  readOfflineCluster,
  resolveOffline,
  summarizeCluster,
  type ClusterSummary,
  type OfflineDocuments,
} from './offline-cluster.js';
import { remarkOffline } from './offline-remarks.js';

/** Manifests are asked for at the same time, of so many artifacts. */
const concurrency = 8;

/** What `aks-artifact-sync plan --diff` prints. */
export interface DiffDocument {
  /** Resource id. */
  readonly cluster: string;
  /** The version that the cluster runs. */
  readonly from: string;
  readonly to: string;
  /** `bytes`: configs and layers for the platforms of the pools; absent where no manifest was read. */
  readonly added: readonly (PlannedArtifact & { readonly bytes?: number })[];
  readonly removed: readonly PlannedArtifact[];
  readonly unchanged: number;
  /** Of all that is added, what several share counted once; absent when no manifest was read. */
  readonly bytes?: number;
  /** What is missing in `bytes`; absent when no manifest was to be read. */
  readonly unmeasured?: readonly { readonly artifact: string; readonly reason: string }[];
  /** Of the target, as are the findings: what is added may be more. */
  readonly unresolved: readonly PlannedGap[];
  readonly findings: readonly Finding[];
}

export interface OfflineDiff {
  readonly document: DiffDocument;
  readonly cluster: ClusterSummary;
  /** A sentence each. */
  readonly remarks: readonly string[];
}

/**
 * What a cluster will pull for a version and does not need for the version that it runs. Both sides come from the same documents.
 * @param upstream registry to read sizes from, the only thing that is asked over a network; undefined: nothing is
 * @throws SyncError as `readOfflineCluster`; INVALID_INPUT for an upstream that is no address; that of the first read when none succeeds
 */
export async function diffOffline(
  documents: OfflineDocuments,
  target: string,
  upstream: string | undefined,
): Promise<OfflineDiff> {
  const offline = readOfflineCluster(documents, target);
  const sizes = upstream === undefined ? undefined : new BlobSizes(upstream);
  const current = offline.cluster.kubernetesVersion;
  const before = resolveOffline(offline, current);
  const after = resolveOffline(offline);
  const { added, removed, unchanged } = diffSets(before, after);
  const measured = sizes && (await measure(added, sizes));
  return {
    document: {
      cluster: offline.cluster.resource.id,
      from: current,
      to: offline.target,
      added: added.map((one) => withBytes(one, measured)),
      removed: removed.map(plannedArtifact),
      unchanged,
      ...(measured && { bytes: sumBytes([...measured.blobs.values()].flat()), unmeasured: measured.unmeasured }),
      unresolved: after.unresolved.map(plannedGap),
      findings: after.findings,
    },
    cluster: summarizeCluster(offline.cluster),
    remarks: [
      ...remarkOffline(offline, [current, offline.target]),
      ...remarkGaps(
        current,
        before.unresolved.map(({ component }) => component),
      ),
    ],
  };
}

/** What is unknown of today looks new tomorrow. */
function remarkGaps(current: string, components: readonly string[]): readonly string[] {
  if (components.length === 0) return [];
  return [
    `Unresolved for ${current}, so that what is new may be listed in full: ${[...new Set(components)].join(', ')}.`,
  ];
}

interface Measured {
  /** By artifact name. */
  readonly blobs: ReadonlyMap<string, readonly BlobSize[]>;
  readonly unmeasured: readonly { readonly artifact: string; readonly reason: string }[];
}

async function measure(artifacts: readonly Requirement[], sizes: BlobSizes): Promise<Measured> {
  const limit = pLimit(concurrency);
  const blobs = new Map<string, readonly BlobSize[]>();
  const failures = new Map<string, SyncError>();
  const read = async (artifact: Requirement): Promise<void> => {
    try {
      blobs.set(artifactName(artifact), await sizes.read(artifact, artifact.platforms));
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      failures.set(artifactName(artifact), error);
    }
  };
  await Promise.all(artifacts.map((artifact) => limit(() => read(artifact))));
  const [first] = failures.values();
  if (first && blobs.size === 0) throw first;
  const unmeasured = [...failures].map(([artifact, { message }]) => ({ artifact, reason: message }));
  return { blobs, unmeasured: unmeasured.sort((a, b) => (a.artifact < b.artifact ? -1 : 1)) };
}

function withBytes(artifact: Requirement, measured: Measured | undefined): DiffDocument['added'][number] {
  const blobs = measured?.blobs.get(artifactName(artifact));
  return { ...plannedArtifact(artifact), ...(blobs === undefined ? {} : { bytes: sumBytes(blobs) }) };
}

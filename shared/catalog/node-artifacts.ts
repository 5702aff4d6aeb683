import type { Confidence } from '../model/artifact.js';
import { compareVersions, minorOf, type KubernetesVersion } from '../model/kubernetes-version.js';
import { compareTags } from './version-order.js';
import type { NodeBootstrap } from './schema.js';

export type Architecture = 'amd64' | 'arm64';

/** Something that a node itself pulls at bootstrap. */
export interface NodeArtifact {
  readonly component: string;
  readonly kind: 'image' | 'binary';
  readonly repository: string;
  readonly tag: string;
  readonly confidence: Confidence;
  /** `distribution`: its index has one child per `os.version`. */
  readonly variant: 'architecture' | 'distribution';
  /** When it is pulled, in words. */
  readonly condition: string;
}

/** How a node gets its binaries: distribution packages with tarballs to fall back on, or systemd extensions with the same. */
export type NodeFlavor = 'packages' | 'system-extensions';

/**
 * What one node pulls before containerd runs, fallbacks included: a failed package pull burns most of the node's time, so the
 * fallback must be cached too. Source: node-bootstrap.md section 2, rows 1 to 6.
 * @returns `missing`: what no source can name, in words
 */
export function nodeArtifacts(
  facts: NodeBootstrap,
  target: KubernetesVersion,
  architecture: Architecture,
  flavor: NodeFlavor,
): { readonly artifacts: readonly NodeArtifact[]; readonly missing: readonly { component: string; reason: string }[] } {
  const tarball = kubernetesTarball(facts, target, architecture);
  const provider = credentialProviderTarballs(facts, target, architecture);
  const first = flavor === 'packages' ? packages(facts, target) : systemExtensions(facts, target, architecture);
  const artifacts = [...first, ...tarball, ...provider, ...pauseImages(facts)];
  const expected = expectedComponents(facts, target, flavor);
  const missing = expected.filter((name) => !artifacts.some(({ component }) => component === name));
  return {
    artifacts,
    missing: missing.map((component) => ({
      component,
      reason: `no source names its version for ${target}; a newer list of AgentBaker would`,
    })),
  };
}

/** What some version must be named for. */
function expectedComponents(facts: NodeBootstrap, target: KubernetesVersion, flavor: NodeFlavor): readonly string[] {
  const { package: packaged, tarball } = facts.credentialProvider;
  const provider = flavor === 'packages' ? packaged : facts.systemExtensions.credentialProvider;
  const installsProvider = flavor === 'system-extensions' || reaches(target, packaged.since);
  return [facts.kubernetesNode.component, tarball.component, ...(installsProvider ? [provider.component] : [])];
}

/** Rows 1 and 3. */
function packages(facts: NodeBootstrap, target: KubernetesVersion): readonly NodeArtifact[] {
  const { package: provider } = facts.credentialProvider;
  const { packages: kubernetes } = facts;
  const versions = provider.versionsByMinor[minorOf(target)] ?? [];
  return [
    ...(reaches(target, kubernetes.since)
      ? Object.entries(kubernetes.repositories).map(([component, repository]) =>
          packageIndex(component, repository, `v${target}`, 'high', kubernetes.since),
        )
      : []),
    ...(reaches(target, provider.since)
      ? versions.map((version, index) =>
          // The node image decides which one a node takes: the newest, or the one before on an older image.
          packageIndex(
            provider.component,
            provider.repository,
            `v${version}`,
            index === 0 ? 'high' : 'medium',
            provider.since,
          ),
        )
      : []),
  ];
}

function packageIndex(
  component: string,
  repository: string,
  tag: string,
  confidence: Confidence,
  since: string,
): NodeArtifact {
  const condition = `nodes install it as a package from Kubernetes ${since}`;
  return { component, kind: 'binary', repository, tag, confidence, variant: 'distribution', condition };
}

/** Row 2. Long-term support patches count from 100, and their builds have names of their own: only named ones are certain. */
function kubernetesTarball(
  facts: NodeBootstrap,
  target: KubernetesVersion,
  architecture: Architecture,
): readonly NodeArtifact[] {
  const { component, repository, versions, since } = { ...facts.kubernetesNode, since: facts.packages.since };
  const isLongTermPatch = Number(target.split('.')[2]) >= 100;
  const builds = isLongTermPatch
    ? versions.filter((version) => version === `v${target}` || version.startsWith(`v${target}-`))
    : [`v${target}`];
  const condition = reaches(target, since)
    ? 'nodes fall back to it when a package fails'
    : `nodes install it before Kubernetes ${since}`;
  return builds.map((build) => ({
    component,
    kind: 'binary',
    repository,
    tag: `${build}-linux-${architecture}`,
    confidence: 'high',
    variant: 'architecture',
    condition,
  }));
}

/**
 * Row 4. Where no list names the tarball's version, the package's is the best guess: both are built from one release. Only a fallback is
 * guessed, and by its low confidence: one that MAR lacks is left out (`confirmSet`), and what nodes install must not be.
 */
function credentialProviderTarballs(
  facts: NodeBootstrap,
  target: KubernetesVersion,
  architecture: Architecture,
): readonly NodeArtifact[] {
  const { package: packaged, tarball } = facts.credentialProvider;
  const named = tarball.versionsByMinor[minorOf(target)];
  const isFallback = reaches(target, packaged.since);
  const guessed = isFallback ? (packaged.versionsByMinor[minorOf(target)] ?? []).slice(0, 1) : [];
  const condition = isFallback
    ? 'nodes fall back to it when the package fails'
    : `nodes install it before Kubernetes ${packaged.since}`;
  return (named ?? guessed).map((version) => ({
    component: tarball.component,
    kind: 'binary',
    repository: tarball.repository,
    tag: `v${version}-linux-${architecture}`,
    confidence: named === undefined ? 'low' : 'medium',
    variant: 'architecture',
    condition,
  }));
}

/** Row 5. The node image's containerd configuration decides which one; all that images bake. */
function pauseImages(facts: NodeBootstrap): readonly NodeArtifact[] {
  return facts.pause.map(({ repository, tag }) => ({
    component: 'pause',
    kind: 'image',
    repository,
    tag,
    confidence: 'high',
    variant: 'architecture',
    condition: 'every Linux node runs it as its sandbox image',
  }));
}

/** Row 6. The revision is fixed: nodes do not list tags, so they never take a newer one. */
function systemExtensions(
  facts: NodeBootstrap,
  target: KubernetesVersion,
  architecture: Architecture,
): readonly NodeArtifact[] {
  const { revision, distribution, architectures, repositories, credentialProvider } = facts.systemExtensions;
  const suffix = `${revision}-${distribution}-${architectures[architecture]}`;
  const newest = [...(credentialProvider.versionsByMinor[minorOf(target)] ?? [])].sort(compareTags).at(-1);
  const named = Object.entries(repositories).map(([component, repository]) => ({
    component,
    repository,
    version: `${target}`,
  }));
  const provider = newest === undefined ? [] : [{ ...credentialProvider, version: newest }];
  return [...named, ...provider].map(({ component, repository, version }) => ({
    component,
    kind: 'binary',
    repository,
    tag: `v${version}-${suffix}`,
    confidence: 'high',
    variant: 'architecture',
    condition: 'nodes of this OS SKU install it as a systemd extension',
  }));
}

function reaches(target: KubernetesVersion, since: string): boolean {
  return compareVersions(target, since as KubernetesVersion) >= 0;
}

import { newestFirst } from './component-tags.js';
import type { NodeBootstrap } from './schema.js';
import type { CatalogFacts } from './sources/facts.js';
import { compareTags } from './version-order.js';

type VersionsByMinor = Readonly<Record<string, string[]>>;

/**
 * What nodes install, with the versions of AgentBaker's fresh list: a minor that it names replaces the bundled one, the others stay.
 * Sandbox images and long-term support builds add up: older node images still ask for them.
 */
export function joinNodeBootstrap(bundled: NodeBootstrap, facts: readonly CatalogFacts[]): NodeBootstrap {
  const lists = facts.filter((fact) => fact.kind === 'agentbaker').map(({ packages }) => packages);
  const baking = facts.filter(({ kind }) => kind === 'agentbaker' || kind === 'node-image');
  const { kubernetesNode, credentialProvider, systemExtensions } = bundled;
  return {
    ...bundled,
    kubernetesNode: {
      ...kubernetesNode,
      versions: newestFirst([...kubernetesNode.versions, ...lists.flatMap((list) => list.kubernetesNode)]),
    },
    credentialProvider: {
      package: withVersions(
        credentialProvider.package,
        lists.map((list) => list.credentialProviderPackage),
      ),
      tarball: withVersions(
        credentialProvider.tarball,
        lists.map((list) => list.credentialProviderTarball),
      ),
    },
    pause: joinPause(bundled.pause, baking),
    systemExtensions: {
      ...systemExtensions,
      credentialProvider: withVersions(
        systemExtensions.credentialProvider,
        lists.map((list) => list.credentialProviderExtension),
      ),
    },
  };
}

function withVersions<Provider extends { readonly versionsByMinor: VersionsByMinor }>(
  provider: Provider,
  lists: readonly VersionsByMinor[],
): Provider {
  const fresh = new Map<string, string[]>();
  for (const [minor, versions] of lists.flatMap(Object.entries<string[]>)) {
    fresh.set(minor, newestFirst([...(fresh.get(minor) ?? []), ...versions]));
  }
  const joined = [...new Map([...Object.entries(provider.versionsByMinor), ...fresh])];
  return { ...provider, versionsByMinor: Object.fromEntries(joined.sort(([a], [b]) => compareTags(a, b))) };
}

/** Newest path first, then newest version; only repositories that sandbox images are known to have. */
function joinPause(bundled: NodeBootstrap['pause'], baking: readonly CatalogFacts[]): NodeBootstrap['pause'] {
  const images = [...bundled, ...baking.flatMap((fact) => fact.images)];
  const repositories = [...new Set(bundled.map(({ repository }) => repository))];
  return repositories.flatMap((repository) =>
    newestFirst(images.filter((image) => image.repository === repository).map(({ tag }) => tag)).map((tag) => ({
      repository,
      tag,
    })),
  );
}

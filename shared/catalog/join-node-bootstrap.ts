import { newestFirst } from './component-tags.js';
import type { NodeBootstrap } from './schema.js';
import type { CatalogFacts, ImageFact } from './sources/facts.js';
import { compareTags } from './version-order.js';

type VersionsByMinor = Readonly<Record<string, string[]>>;

/**
 * What nodes install, with the versions of AgentBaker's fresh list: a minor that it names replaces the bundled one, the others stay.
 * Sandbox images and long-term support builds add up: older node images still ask for them.
 */
export function joinNodeBootstrap(bundled: NodeBootstrap, facts: readonly CatalogFacts[]): NodeBootstrap {
  const bakers = facts.filter((fact) => fact.kind === 'agentbaker');
  const lists = bakers.map(({ packages }) => packages);
  const baking = facts.filter(({ kind }) => kind === 'agentbaker' || kind === 'node-image');
  const { kubernetesNode, credentialProvider, systemExtensions, gpuDrivers } = bundled;
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
    gpuDrivers: {
      ...gpuDrivers,
      ubuntu: joinDrivers(
        gpuDrivers.ubuntu,
        bakers.flatMap(({ gpuImages }) => gpuImages),
      ),
    },
  };
}

type DriverImages = NodeBootstrap['gpuDrivers']['ubuntu'];

/** By variant, `cuda-lts` of `aks/aks-gpu-cuda-lts`: the newest that a fresh list names, also of variants that are new. */
function joinDrivers(bundled: DriverImages, fresh: readonly ImageFact[]): DriverImages {
  const tags = new Map<string, string[]>();
  for (const { repository, tag } of fresh) tags.set(repository, newestFirst([...(tags.get(repository) ?? []), tag]));
  const named = [...tags].flatMap(([repository, [tag]]) => {
    const variant = driverRepository.exec(repository)?.[1];
    return variant === undefined || tag === undefined ? [] : [[variant, { repository, tag }] as const];
  });
  return Object.fromEntries([...new Map([...Object.entries(bundled), ...named])].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const driverRepository = /^aks\/aks-gpu-([a-z0-9-]+)$/;

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

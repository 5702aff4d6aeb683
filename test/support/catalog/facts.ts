import type { AgentBakerFacts, CatalogFacts, ImageFact } from '../../../shared/catalog/sources/facts.js';

/** `coredns=oss/v2/kubernetes/coredns:v1`; without a container where the source names none. */
function anImage(text: string): ImageFact {
  const equals = text.indexOf('=');
  const reference = text.slice(equals + 1);
  const colon = reference.lastIndexOf(':');
  const image = { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) };
  return equals < 0 ? image : { container: text.slice(0, equals), ...image };
}

export function bakes(...images: readonly string[]): AgentBakerFacts {
  const none = { credentialProviderPackage: {}, credentialProviderTarball: {}, credentialProviderExtension: {} };
  return { kind: 'agentbaker', images: images.map(anImage), gpuImages: [], packages: { ...none, kubernetesNode: [] } };
}

/** An AKS release, a Kubernetes version or a node image with what runs or lies in it. */
export function says(
  kind: Exclude<CatalogFacts['kind'], 'agentbaker'>,
  name: string,
  ...images: readonly string[]
): CatalogFacts {
  return { kind, name, images: images.map(anImage) };
}

import { isDigest, isRepository, isTag, type ArtifactRef, type Digest } from '../../model/artifact.js';

/** Hosts by which documents spell MAR; the last is Azure China's. */
const marHosts = ['mcr.microsoft.com', 'mcr.azure.cn'];
const longestReference = 600;

export interface ImageReference extends ArtifactRef {
  readonly digest?: Digest;
}

/**
 * `mcr.microsoft.com/oss/v2/kubernetes/coredns:v1.13.1-20`, perhaps with `@sha256:…`.
 * @returns "elsewhere" for other registries, "untagged" for references by digest alone, "malformed" for anything else
 */
export function parseImageReference(text: string): ImageReference | 'elsewhere' | 'untagged' | 'malformed' {
  if (text.length > longestReference) return 'malformed';
  const path = pathOnMar(text);
  if (path === undefined) return /^[a-z0-9.-]+\.[a-z]+(:\d+)?\//.test(text) ? 'elsewhere' : 'malformed';
  const [name = '', digest, ...rest] = path.split('@');
  if (rest.length > 0 || (digest !== undefined && !isDigest(digest))) return 'malformed';
  const colon = name.lastIndexOf(':');
  if (colon < 0) return isRepository(name) && digest !== undefined ? 'untagged' : 'malformed';
  const artifact = { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
  if (!isRepository(artifact.repository) || !isTag(artifact.tag)) return 'malformed';
  return digest === undefined ? artifact : { ...artifact, digest };
}

/** The path behind MAR's host; undefined for other hosts. */
export function pathOnMar(reference: string): string | undefined {
  const slash = reference.indexOf('/');
  return marHosts.includes(reference.slice(0, Math.max(slash, 0))) ? reference.slice(slash + 1) : undefined;
}

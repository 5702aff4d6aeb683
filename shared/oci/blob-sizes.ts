import { z } from 'zod';
import { isDigest, platformName, type ArtifactRef } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import { AnonymousTokens } from './anonymous.js';
import { isLoopback } from './loopback.js';
import { RegistryClient } from './registry-client.js';

/** A config or layer, and how many bytes it is. */
export interface BlobSize {
  readonly digest: string;
  readonly bytes: number;
}

const descriptor = z.object({ digest: z.string().refine(isDigest, 'must be a sha256 digest'), size: z.int().min(0) });
const platform = z.object({ os: z.string(), architecture: z.string(), 'os.version': z.string().optional() });
const indexSchema = z.object({ manifests: z.array(descriptor.extend({ platform: platform.optional() })).max(400) });
const manifestSchema = z.object({ config: descriptor.optional(), layers: z.array(descriptor).max(1000) });

type Child = z.infer<typeof indexSchema>['manifests'][number];

/** Reads from manifests alone what an image weighs; anonymous, nothing is downloaded. Source: OCI Image Spec 1.1, "Descriptors". */
export class BlobSizes {
  readonly #registry: RegistryClient;
  /** Path below which a mirror keeps MAR's repositories; with a slash at its end, or empty. */
  readonly #prefix: string;

  /**
   * @param upstream for example `https://mcr.microsoft.com`, or a mirror and the path to MAR's repositories on it
   * @throws SyncError INVALID_INPUT for anything but a plain https address (http on loopback hosts)
   */
  constructor(upstream: string) {
    const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
      throw invalid('no web address, wanted is one such as https://mcr.microsoft.com');
    }
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      throw invalid(`http is accepted on loopback hosts only, not for ${url.hostname}`);
    }
    if (url.username || url.password || url.search || url.hash) {
      throw invalid('more than an address: a user, or what follows ? or #');
    }
    this.#registry = new RegistryClient(url.origin, new AnonymousTokens());
    this.#prefix = url.pathname.replace(/^\/+|\/+$/g, '').replace(/.$/, '$&/');
  }

  /**
   * The blobs of the manifests of some platforms, each once; of a single manifest, its own. One GET, and one for each platform.
   * @param platforms as `platformName` writes them; one that the index lacks is left out
   * @throws SyncError as `ManifestReader.get`; MANIFEST_INVALID when the index has none of the platforms
   */
  async read({ repository, tag }: ArtifactRef, platforms: readonly string[]): Promise<readonly BlobSize[]> {
    const top = await this.#fetch(repository, tag);
    const index = indexSchema.safeParse(top);
    if (!index.success) return blobsOf(top, `${repository}:${tag}`);
    const wanted = index.data.manifests.filter((child) => platforms.some((name) => isFor(child, name)));
    if (wanted.length === 0) {
      throw new SyncError('MANIFEST_INVALID', `${repository}:${tag} has no manifest for ${platforms.join(', ')}`);
    }
    const children = new Set(wanted.map(({ digest }) => digest));
    const blobs = [...children].map(async (digest) =>
      blobsOf(await this.#fetch(repository, digest), `${repository}@${digest}`),
    );
    return withoutRepeats((await Promise.all(blobs)).flat());
  }

  async #fetch(repository: string, reference: string): Promise<unknown> {
    const bytes = await this.#registry.fetchManifest(this.#prefix + repository, reference);
    try {
      return JSON.parse(bytes.toString('utf8'));
    } catch (cause) {
      throw new SyncError('MANIFEST_INVALID', `${repository}@${reference} is no JSON document`, { cause });
    }
  }
}

/** Bytes of some blobs, each digest counted once. */
export function sumBytes(blobs: readonly BlobSize[]): number {
  return withoutRepeats(blobs).reduce((total, { bytes }) => total + bytes, 0);
}

function blobsOf(document: unknown, where: string): readonly BlobSize[] {
  const parsed = manifestSchema.safeParse(document);
  if (!parsed.success) {
    throw new SyncError('MANIFEST_INVALID', `${where}: ${z.prettifyError(parsed.error).slice(0, 300)}`);
  }
  const { config, layers } = parsed.data;
  const all = [...(config === undefined ? [] : [config]), ...layers];
  return withoutRepeats(all.map(({ digest, size }) => ({ digest, bytes: size })));
}

/** A name without an OS version fits every version of that OS. */
function isFor({ platform: own }: Child, name: string): boolean {
  if (own === undefined) return false;
  const { os, architecture, 'os.version': osVersion } = own;
  const base = { os, architecture };
  return name === platformName(base) || name === platformName(osVersion === undefined ? base : { ...base, osVersion });
}

function withoutRepeats(blobs: readonly BlobSize[]): readonly BlobSize[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

function invalid(message: string): SyncError {
  return new SyncError('INVALID_INPUT', `upstream: ${message}`);
}

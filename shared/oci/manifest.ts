import * as z from 'zod/mini';
import '../model/schema-words.js';
import { isDigest, type Digest } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';
import type { BlobRef } from '../warming/ports.js';

/** Media types that we ask for. Source: OCI Image Spec 1.1 "Media Types"; Docker Image Manifest V2, Schema 2. */
export const acceptedManifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.artifact.manifest.v1+json',
].join(', ');

/** Far beyond any image (ACR imports 50); so many still fit a table property of 64 KiB. */
const mostChildren = 400;
const mostBlobs = 1000;

const digest = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value), 'must be a sha256 digest');

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** An index in an index would have to be descended into to prove it; MAR has none, so one is refused and not taken for a leaf. */
const child = z.object({
  digest,
  mediaType: z.optional(
    z.string().check(z.refine((type) => !indexTypes.includes(type), 'an index inside an index is not supported')),
  ),
});

const blob = z.object({ digest, size: z.int().check(z.minimum(0)), mediaType: z.optional(z.string()) });

const document = z
  .object({
    schemaVersion: z.optional(z.literal(2)),
    manifests: z.optional(z.array(child).check(z.maxLength(mostChildren))),
    config: z.optional(blob),
    layers: z.optional(z.array(blob).check(z.maxLength(mostBlobs))),
    blobs: z.nullish(z.array(blob).check(z.maxLength(mostBlobs))),
  })
  .check(
    z.refine(
      ({ manifests, config, layers, blobs }) => manifests ?? config ?? layers ?? blobs,
      'neither an index nor a manifest: it lists no manifests, config, layers or blobs',
    ),
  );

const referrerList = z.object({ manifests: z.nullish(z.array(z.object({ digest }))) });

/** What a manifest leads to. */
export interface ManifestContent {
  /** The manifests that an index lists, each once, in its order; none for a single manifest. */
  readonly children: readonly Digest[];
  /** Config and layers of a single manifest, each once; none for an index. */
  readonly blobs: readonly BlobRef[];
}

/** @throws SyncError MANIFEST_INVALID naming `where` */
export function parseManifest(body: string, where: string): ManifestContent {
  const parsed = document.safeParse(parseJson(body, where));
  if (!parsed.success) throw malformed(parsed.error, `${where} is no OCI manifest`);
  const { manifests = [], config, layers = [], blobs } = parsed.data;
  const needed = [...(config ? [config] : []), ...layers, ...(blobs ?? [])].filter(isStored);
  return {
    children: [...new Set(manifests.map((entry) => entry.digest))],
    blobs:
      manifests.length > 0 ? [] : [...new Map(needed.map(({ digest, size }) => [digest, { digest, size }])).values()],
  };
}

/** The manifests that an index lists; none for a single manifest. @throws SyncError as `parseManifest` */
export function childrenOf(body: string, where: string): readonly Digest[] {
  return parseManifest(body, where).children;
}

/** Config and layers of a single manifest; none for an index. @throws SyncError as `parseManifest` */
export function blobsOf(body: string, where: string): readonly BlobRef[] {
  return parseManifest(body, where).blobs;
}

/** Digests in an answer of the referrers API, or behind its fallback tag. @throws SyncError MANIFEST_INVALID naming `where` */
export function referrersOf(body: string, where: string): readonly Digest[] {
  const parsed = referrerList.safeParse(parseJson(body, where));
  if (!parsed.success) throw malformed(parsed.error, `${where} is no list of referrers`);
  return [...new Set((parsed.data.manifests ?? []).map((entry) => entry.digest))];
}

/** Foreign layers (base layers of Windows images of old) stay where they are by definition: no registry has to hold them. */
function isStored({ mediaType = '' }: { readonly mediaType?: string | undefined }): boolean {
  return !/\.foreign\.|\.nondistributable\./.test(mediaType);
}

function parseJson(body: string, where: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new SyncError('MANIFEST_INVALID', `${where} is no JSON document`, { cause });
  }
}

function malformed(error: z.core.$ZodError, what: string): SyncError {
  return new SyncError('MANIFEST_INVALID', `${what}: ${z.prettifyError(error).slice(0, 300)}`);
}

import { z } from 'zod';
import { isDigest, type Digest } from '../model/artifact.js';
import { SyncError } from '../model/errors.js';

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

const digest = z.string().refine((text): text is Digest => isDigest(text), 'must be a sha256 digest');

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** An index in an index would have to be descended into to prove it; MAR has none, so one is refused and not taken for a leaf. */
const child = z.object({
  digest,
  mediaType: z
    .string()
    .refine((type) => !indexTypes.includes(type), 'an index inside an index is not supported')
    .optional(),
});

const document = z
  .object({
    schemaVersion: z.literal(2).optional(),
    manifests: z.array(child).max(mostChildren).optional(),
    config: z.unknown().optional(),
    layers: z.unknown().optional(),
    blobs: z.unknown().optional(),
  })
  .refine(
    ({ manifests, config, layers, blobs }) => manifests ?? config ?? layers ?? blobs,
    'neither an index nor a manifest: it lists no manifests, config, layers or blobs',
  );

/**
 * The manifests that an index lists; none for a single manifest.
 * @throws SyncError MANIFEST_INVALID naming `where`
 */
export function childrenOf(body: string, where: string): readonly Digest[] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new SyncError('MANIFEST_INVALID', `${where} is no JSON document`, { cause });
  }
  const parsed = document.safeParse(json);
  if (!parsed.success) {
    throw new SyncError(
      'MANIFEST_INVALID',
      `${where} is no OCI manifest: ${z.prettifyError(parsed.error).slice(0, 300)}`,
    );
  }
  return [...new Set((parsed.data.manifests ?? []).map((entry) => entry.digest))];
}

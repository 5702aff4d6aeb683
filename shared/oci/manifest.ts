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

const document = z.object({
  schemaVersion: z.literal(2).optional(),
  manifests: z.array(z.object({ digest })).max(mostChildren).optional(),
});

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

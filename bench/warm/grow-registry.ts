import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

/** An artifact of the bench. */
export interface GrownArtifact {
  readonly repository: string;
  readonly tag: string;
}

export interface GrownSet {
  readonly artifacts: readonly GrownArtifact[];
  readonly blobs: number;
  readonly bytes: number;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const kib = 1024;
const mib = 1024 * kib;
/**
 * Bytes of the layers above the base layers, in turn. Images of AKS are many small layers and few large ones; all are a tenth
 * of the real size, so that 200 artifacts can be copied several times in a bench.
 */
const layerBytes = [300, 2 * kib, 9 * kib, 60 * kib, 400 * kib, 1.4 * mib, 4 * mib, 11 * mib].map(Math.round);
/** Base layers, each shared by the artifacts of one kind and platform. */
const baseBytes = [120 * kib, 700 * kib];
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';

/**
 * Fills the folder of a docker-registry: two thirds of the artifacts are indexes of two platforms, the others single manifests.
 * The same count gives the same bytes.
 * @param largest adds one artifact with a layer of so many bytes
 */
export async function growRegistry(folder: string, count: number, largest?: number): Promise<GrownSet> {
  const root = join(folder, 'docker/registry/v2');
  const blobs = new Map<string, number>();
  const artifacts: GrownArtifact[] = [];
  for (let number = 0; number < count; number += 1) {
    const artifact = { repository: `oss/v2/kubernetes/component-${number}`, tag: `v1.${number}.0` };
    const platforms = number % 3 === 2 ? ['amd64'] : ['amd64', 'arm64'];
    const manifests: Descriptor[] = [];
    for (const platform of platforms) {
      const sizes = layersOf(number, largest);
      const base = baseBytes.map((bytes, index) => ({ bytes, seed: `base-${platform}-${number % 5}-${index}` }));
      const own = sizes.map((bytes, index) => ({ bytes, seed: `layer-${number}-${platform}-${index}` }));
      manifests.push(await growManifest(root, artifact.repository, platform, [...base, ...own], blobs));
    }
    await tagRoot(root, artifact, manifests, platforms);
    artifacts.push(artifact);
  }
  return { artifacts, blobs: blobs.size, bytes: [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0) };
}

function layersOf(number: number, largest: number | undefined): readonly number[] {
  if (largest !== undefined) return [largest];
  const pick = (index: number) => layerBytes[(number * 3 + index * 5) % layerBytes.length] ?? kib;
  return Array.from({ length: 2 + (number % 4) }, (_unused, index) => pick(index));
}

async function growManifest(
  root: string,
  repository: string,
  platform: string,
  layers: readonly { readonly bytes: number; readonly seed: string }[],
  blobs: Map<string, number>,
): Promise<Descriptor> {
  const grown: Descriptor[] = [];
  for (const { bytes, seed } of layers) grown.push(await growLayer(root, repository, bytes, seed));
  const config = JSON.stringify({
    architecture: platform,
    os: 'linux',
    config: { Labels: { of: repository } },
    rootfs: { type: 'layers', diff_ids: grown.map(({ digest }) => digest) },
  });
  const configured = await store(root, Buffer.from(config), 'application/vnd.oci.image.config.v1+json');
  await link(join(root, 'repositories', repository, '_layers/sha256', hex(configured.digest)), configured.digest);
  for (const { digest, size } of [configured, ...grown]) blobs.set(digest, size);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const document = JSON.stringify({ schemaVersion: 2, mediaType, config: configured, layers: grown });
  const manifest = await store(root, Buffer.from(document), mediaType);
  await link(
    join(root, 'repositories', repository, '_manifests/revisions/sha256', hex(manifest.digest)),
    manifest.digest,
  );
  return manifest;
}

async function tagRoot(
  root: string,
  { repository, tag }: GrownArtifact,
  manifests: readonly Descriptor[],
  platforms: readonly string[],
): Promise<void> {
  const home = join(root, 'repositories', repository, '_manifests');
  let [top] = manifests;
  if (manifests.length > 1) {
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const entries = manifests.map((manifest, index) => ({
      ...manifest,
      platform: { os: 'linux', architecture: platforms[index] },
    }));
    const document = JSON.stringify({ schemaVersion: 2, mediaType, manifests: entries });
    top = await store(root, Buffer.from(document), mediaType);
    await link(join(home, 'revisions/sha256', hex(top.digest)), top.digest);
  }
  if (!top) throw new Error(`${repository}:${tag} has no manifest`);
  await link(join(home, 'tags', tag, 'current'), top.digest);
  await link(join(home, 'tags', tag, 'index/sha256', hex(top.digest)), top.digest);
}

/** A layer is a real gzip stream: of anything else a copying program would make one, and the bench would measure that. */
async function growLayer(root: string, repository: string, bytes: number, seed: string): Promise<Descriptor> {
  const draft = join(root, `draft-${process.pid}`);
  await mkdir(root, { recursive: true });
  const file = await open(draft, 'w');
  const hash = createHash('sha256');
  let size = 0;
  const write = async (chunk: Buffer): Promise<void> => {
    hash.update(chunk);
    size += chunk.length;
    await file.write(chunk);
  };
  for (const chunk of storedGzip(bytes, seed)) await write(chunk);
  await file.close();
  const digest = `sha256:${hash.digest('hex')}`;
  const place = blobPlace(root, digest);
  await mkdir(dirname(place), { recursive: true });
  await rename(draft, place);
  await link(join(root, 'repositories', repository, '_layers/sha256', hex(digest)), digest);
  return { mediaType: layerType, digest, size };
}

/** RFC 1952 around stored blocks of RFC 1951 with bytes that look random: as large as they are, and cheap to make. */
function* storedGzip(bytes: number, seed: string): Generator<Buffer> {
  const key = createHash('sha256').update(seed).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const most = 65_535;
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  let sum = 0;
  for (let left = bytes; left > 0; left -= most) {
    const body = stream.update(Buffer.alloc(Math.min(left, most)));
    sum = crc32(body, sum);
    const head = Buffer.from([left <= most ? 1 : 0, 0, 0, 0, 0]);
    head.writeUInt16LE(body.length, 1);
    head.writeUInt16LE(body.length ^ 0xffff, 3);
    yield head;
    yield body;
  }
  const end = Buffer.alloc(8);
  end.writeUInt32LE(sum, 0);
  end.writeUInt32LE(bytes % 2 ** 32, 4);
  yield end;
}

async function store(root: string, body: Buffer, mediaType: string): Promise<Descriptor> {
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const place = blobPlace(root, digest);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, body);
  return { mediaType, digest, size: body.length };
}

async function link(folder: string, digest: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'link'), digest);
}

function blobPlace(root: string, digest: string): string {
  return join(root, 'blobs/sha256', hex(digest).slice(0, 2), hex(digest), 'data');
}

function hex(digest: string): string {
  return digest.slice('sha256:'.length);
}

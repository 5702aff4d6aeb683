import { createHash } from 'node:crypto';
import type { Digest, Platform } from '../../shared/model/artifact.js';

/** A manifest or index as a registry serves it. */
export interface ManifestDocument {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly body: Buffer;
  /** Digests of config and layers; empty for an index. */
  readonly blobs: readonly Digest[];
  /** Digests of the manifests that an index lists; empty for a single manifest. */
  readonly children: readonly Digest[];
}

/** All that one tag leads to. */
export interface ArtifactTree {
  readonly root: ManifestDocument;
  /** Root included. */
  readonly manifests: ReadonlyMap<Digest, ManifestDocument>;
  readonly blobs: ReadonlyMap<Digest, Buffer>;
}

interface MediaTypes {
  readonly index: string;
  readonly manifest: string;
  readonly config: string;
  readonly layer: string;
}

const oci: MediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

const docker: MediaTypes = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

const packageMediaTypes: MediaTypes = {
  ...oci,
  config: 'application/vnd.oci.empty.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};

const architectures = ['amd64', 'arm64'] as const;
const packageSystems = ['ubuntu 22.04', 'ubuntu 24.04', 'azurelinux 3.0'] as const;

/**
 * A well-formed tree: the same for the same repository, tag and generation, another one for another generation.
 * Packages are indexes with an `os.version`, binaries single manifests, anything else an image index
 * (node-bootstrap.md section 2). Bodies are small; declared sizes and digests are those of the bodies.
 */
export function growArtifactTree(repository: string, tag: string, generation = 0): ArtifactTree {
  const grower = new Grower(`${repository}:${tag}#${generation}`);
  if (repository.startsWith('aks/packages/')) {
    const platforms = architectures.flatMap((architecture) =>
      packageSystems.map((osVersion): Platform => ({ os: 'linux', architecture, osVersion })),
    );
    return grower.finish(grower.index(packageMediaTypes, platforms));
  }
  const single = /-linux-(amd64|arm64)$/.exec(tag)?.[1];
  if (single !== undefined) {
    return grower.finish(grower.manifest(packageMediaTypes, { os: 'linux', architecture: single }));
  }
  const types = repository.startsWith('oss/v2/') ? oci : docker;
  return grower.finish(
    grower.index(
      types,
      architectures.map((architecture) => ({ os: 'linux', architecture })),
    ),
  );
}

class Grower {
  private readonly manifests = new Map<Digest, ManifestDocument>();
  private readonly blobs = new Map<Digest, Buffer>();

  constructor(private readonly subject: string) {}

  index(types: MediaTypes, platforms: readonly Platform[]): ManifestDocument {
    const children = platforms.map((platform) => ({ platform, manifest: this.manifest(types, platform) }));
    const manifests = children.map(({ platform, manifest }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.body.length,
      platform: {
        architecture: platform.architecture,
        os: platform.os,
        ...(platform.osVersion === undefined ? {} : { 'os.version': platform.osVersion }),
        ...(platform.architecture === 'arm64' ? { variant: 'v8' } : {}),
      },
    }));
    const document = { schemaVersion: 2, mediaType: types.index, manifests };
    return this.keep(
      types.index,
      document,
      [],
      children.map((child) => child.manifest.digest),
    );
  }

  manifest(types: MediaTypes, platform: Platform): ManifestDocument {
    const name = `${this.subject} ${platform.architecture} ${platform.osVersion ?? ''}`;
    const isPackage = types.config === packageMediaTypes.config;
    const layers = isPackage
      ? [this.blob(`package ${name}`, 3000)]
      : [
          this.blob(`base ${platform.architecture}`, 900),
          this.blob(`first ${name}`, 1500),
          this.blob(`second ${name}`, 700),
        ];
    const config = isPackage ? this.keepBlob(Buffer.from('{}')) : this.imageConfig(platform, layers);
    const document = {
      schemaVersion: 2,
      mediaType: types.manifest,
      ...(isPackage ? { artifactType: 'application/vnd.microsoft.package' } : {}),
      config: { mediaType: types.config, digest: config, size: this.sizeOf(config) },
      layers: layers.map((digest) => ({ mediaType: types.layer, digest, size: this.sizeOf(digest) })),
      ...(isPackage ? { annotations: { 'org.opencontainers.image.title': this.subject.split('#')[0] } } : {}),
    };
    return this.keep(types.manifest, document, [config, ...layers], []);
  }

  finish(root: ManifestDocument): ArtifactTree {
    return { root, manifests: this.manifests, blobs: this.blobs };
  }

  private imageConfig(platform: Platform, layers: readonly Digest[]): Digest {
    const config = {
      architecture: platform.architecture,
      os: platform.os,
      config: { Labels: { 'org.opencontainers.image.title': this.subject } },
      rootfs: { type: 'layers', diff_ids: layers },
    };
    return this.keepBlob(Buffer.from(JSON.stringify(config)));
  }

  private blob(name: string, bytes: number): Digest {
    const pattern = createHash('sha256').update(name).digest();
    return this.keepBlob(Buffer.alloc(bytes, pattern));
  }

  private keepBlob(body: Buffer): Digest {
    const digest = digestOf(body);
    this.blobs.set(digest, body);
    return digest;
  }

  private sizeOf(digest: Digest): number {
    return this.blobs.get(digest)?.length ?? 0;
  }

  private keep(
    mediaType: string,
    document: object,
    blobs: readonly Digest[],
    children: readonly Digest[],
  ): ManifestDocument {
    const body = Buffer.from(JSON.stringify(document));
    const manifest = { digest: digestOf(body), mediaType, body, blobs, children };
    this.manifests.set(manifest.digest, manifest);
    return manifest;
  }
}

function digestOf(body: Buffer): Digest {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

import { createHash } from 'node:crypto';
import type { Digest, Platform } from '../../shared/model/artifact.js';
import { blobOf, layerOf, type BlobBytes } from './blob-bytes.js';

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
  readonly blobs: ReadonlyMap<Digest, BlobBytes>;
  /** What refers to the root; has none of its own. */
  readonly signature?: ArtifactTree;
}

/** How a tree grows; left out: small layers, no signature. */
export interface Growth {
  /** Counts the moves of the tag. */
  readonly generation?: number;
  /** Bytes of the last layer of every image and package. */
  readonly layerBytes?: number;
  readonly isSigned?: boolean;
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
 * (node-bootstrap.md section 2). Declared sizes and digests are those of the bodies.
 */
export function growArtifactTree(repository: string, tag: string, growth: Growth = {}): ArtifactTree {
  const { generation = 0, layerBytes, isSigned = false } = growth;
  const subject = `${repository}:${tag}#${generation}`;
  const tree = growTree(new Grower(subject, layerBytes), repository, tag);
  return isSigned ? { ...tree, signature: new Grower(subject, undefined).signature(tree.root) } : tree;
}

function growTree(grower: Grower, repository: string, tag: string): ArtifactTree {
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
  private readonly blobs = new Map<Digest, BlobBytes>();

  constructor(
    private readonly subject: string,
    private readonly layerBytes: number | undefined,
  ) {}

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
      ? [this.layer(`package ${name}`, this.layerBytes ?? 3000)]
      : [
          this.layer(`base ${platform.architecture}`, 900),
          this.layer(`first ${name}`, 1500),
          this.layer(`second ${name}`, this.layerBytes ?? 700),
        ];
    const config = isPackage ? this.keepBlob(blobOf(Buffer.from('{}'))) : this.imageConfig(platform, layers);
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

  /** Source: OCI Image Spec 1.1, "Guidelines for Artifact Usage". */
  signature(root: ManifestDocument): ArtifactTree {
    const layers = [this.layer(`signature ${root.digest}`, 500)];
    const config = this.keepBlob(blobOf(Buffer.from('{}')));
    const document = {
      schemaVersion: 2,
      mediaType: oci.manifest,
      artifactType: 'application/vnd.cncf.notary.signature',
      config: { mediaType: packageMediaTypes.config, digest: config, size: this.sizeOf(config) },
      layers: layers.map((digest) => ({ mediaType: 'application/jose+json', digest, size: this.sizeOf(digest) })),
      subject: { mediaType: root.mediaType, digest: root.digest, size: root.body.length },
    };
    return this.finish(this.keep(oci.manifest, document, [config, ...layers], []));
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
    return this.keepBlob(blobOf(Buffer.from(JSON.stringify(config))));
  }

  private layer(name: string, bytes: number): Digest {
    return this.keepBlob(layerOf(name, bytes));
  }

  private keepBlob(blob: BlobBytes): Digest {
    this.blobs.set(blob.digest, blob);
    return blob.digest;
  }

  private sizeOf(digest: Digest): number {
    return this.blobs.get(digest)?.size ?? 0;
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

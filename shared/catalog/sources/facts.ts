import { z } from 'zod';
import { isDigest, isRepository, isTag, type Digest } from '../../model/artifact.js';

/**
 * What sources said, in the catalogue's own words: what parsers make of documents, what is kept of them in storage, and what
 * `joinCatalog` joins. Plain JSON, so the stored form is the form in memory.
 */
const imageFactSchema = z.strictObject({
  repository: z.string().refine(isRepository, 'not a repository path'),
  tag: z.string().refine(isTag, 'not a tag'),
  /** Name of the container as its source spells it; absent where the source names repositories only. */
  container: z.string().exactOptional(),
  /** Digests that the source lists for it, sorted: of its Linux platforms, not of the index. */
  digests: z
    .array(z.custom<Digest>((text) => typeof text === 'string' && isDigest(text), 'not a digest'))
    .exactOptional(),
});

const versionsByMinor = z.record(z.string().regex(/^\d{1,3}\.\d{1,3}$/), z.array(z.string()));

const images = z.array(imageFactSchema);

const agentBakerFactsSchema = z.strictObject({
  kind: z.literal('agentbaker'),
  /** Container images that Linux node images bake now: newest and previous versions. */
  images,
  /** Images of GPU drivers, which nodes pull from MAR itself, not through the cache. */
  gpuImages: images,
  /** Versions of what nodes install, per Kubernetes minor where it has one, newest first, without package revisions. */
  packages: z.strictObject({
    credentialProviderPackage: versionsByMinor,
    credentialProviderTarball: versionsByMinor,
    credentialProviderExtension: versionsByMinor,
    /** With a leading `v`. */
    kubernetesNode: z.array(z.string()),
  }),
});

export const catalogFactsSchema = z.discriminatedUnion('kind', [
  agentBakerFactsSchema,
  /** What runs in clusters of one weekly AKS release, of every minor: `name` is `v20260104`. */
  z.strictObject({ kind: z.literal('aks-release'), name: z.string(), images }),
  /** Images of one Kubernetes version: `name` is `1.35.6`. */
  z.strictObject({ kind: z.literal('kubernetes-release'), name: z.string(), images }),
  /** What one node image carries: `name` is `AKSUbuntu-gen2-2204containerd/202601.13.0`. */
  z.strictObject({ kind: z.literal('node-image'), name: z.string(), images }),
]);

export type ImageFact = Readonly<z.infer<typeof imageFactSchema>>;
export type AgentBakerFacts = Readonly<z.infer<typeof agentBakerFactsSchema>>;
export type CatalogFacts = Readonly<z.infer<typeof catalogFactsSchema>>;

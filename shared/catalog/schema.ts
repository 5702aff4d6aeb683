import { z } from 'zod';
import { confidences, isRepository, isTag } from '../model/artifact.js';
import { conditionSchema } from './condition.js';

const repository = z.string().refine(isRepository, 'not a repository path');
const tag = z.string().refine(isTag, 'not a tag');
const minor = z.string().regex(/^\d+\.\d+$/);
const kubernetesVersion = z.string().regex(/^\d+\.\d+\.\d+$/);

/** From `from` to `to`, both included, compared by their leading numbers; or exactly one of `exactly`. The first row that fits wins. */
const tableRowSchema = z.strictObject({
  exactly: z.array(z.string()).optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  images: z.array(z.strictObject({ repository, tag })).min(1),
});

const tagRuleSchema = z.discriminatedUnion('rule', [
  /** The tag is the version, as reported. */
  z.strictObject({ rule: z.literal('version') }),
  /** The version, with the suffix where it does not carry it already. */
  z.strictObject({ rule: z.literal('suffix'), suffix: z.string() }),
  z.strictObject({ rule: z.literal('constant'), tag }),
  /** The tag of another component's version. */
  z.strictObject({ rule: z.literal('same-as'), component: z.string(), atLeast: z.string().optional() }),
  /** `v{kubernetesVersion}-{revision}`: the revision is not derivable, tags must be listed. */
  z.strictObject({ rule: z.literal('kubernetes-revision') }),
  /** One tag per installed revision of the service mesh (`asm-1-29` -> `v1.29.x-n`). */
  z.strictObject({ rule: z.literal('mesh-revision') }),
  z.strictObject({ rule: z.literal('table'), component: z.string(), rows: z.array(tableRowSchema).min(1) }),
  /** Pulled by digest, chosen by another component: no tag to name. */
  z.strictObject({ rule: z.literal('digest-only'), component: z.string() }),
]);

export type TagRule = z.infer<typeof tagRuleSchema>;
export type TableRow = z.infer<typeof tableRowSchema>;

export const traits = [
  /** AKS never reports it (Component Insights). */
  'unreported',
  /** Its versions start with the Kubernetes minor they belong to. */
  'follows-kubernetes-minor',
  /** Its repository also serves another component: lists by repository do not tell whose version it is. */
  'shares-repository',
  /** Its repositories are different images, all of them needed; otherwise they are places of the same image. */
  'every-repository',
] as const;

const componentSchema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['image', 'binary']),
  confidence: z.enum(confidences),
  condition: conditionSchema,
  /** Newest path first. Empty: no confirmed repository, see `candidates`. */
  repositories: z.array(repository),
  /** Guesses of a person, perhaps with `*`; never pulled. */
  candidates: z.array(z.string()),
  /** Absent when it is never pulled or has no repository. */
  tag: tagRuleSchema.optional(),
  /** Which repository carries which versions, compared by leading numbers; `below` is excluded. */
  repositoryRules: z.array(z.strictObject({ repository, from: z.string().optional(), below: z.string().optional() })),
  traits: z.array(z.enum(traits)),
  /** The same image under another name of AKS. */
  aliasOf: z.string().optional(),
  /** How many versions may run at once, pinned independently. */
  pins: z.number().int().min(1),
  /** Tags that were seen somewhere, newest first. */
  examples: z.array(tag),
});

export type Component = Readonly<z.infer<typeof componentSchema>>;

export const componentsSchema = z.array(componentSchema);

export const versionsSchema = z.strictObject({
  /** Versions per component in AgentBaker's list: the newest node images. */
  agentbaker: z.record(z.string(), z.array(tag)),
  /** Versions per Kubernetes minor and component in AKS's published version tables. */
  releaseNotes: z.record(minor, z.record(z.string(), z.array(tag))),
  /** Versions per component in the newest node image notes. */
  nodeImages: z.record(z.string(), z.array(tag)),
});

/** Every tag that a source names exactly, per repository. */
export const knownTagsSchema = z.record(repository, z.array(tag));

/** What node images carry, images with the same content together. */
export const nodeImagesSchema = z.array(
  z.strictObject({
    /** For example `AKSUbuntu-2204/202607.02.0`. */
    names: z.array(z.string()).min(1),
    contents: z.record(repository, z.array(tag)),
  }),
);

const nodeOs = z.enum(['ubuntu-22.04', 'ubuntu-24.04', 'azurelinux-3.0']);
const versionsByMinor = z.record(minor, z.array(z.string()));

/** What nodes pull before containerd runs. Source: AgentBaker, docs/catalog.md "Node bootstrap". */
export const nodeBootstrapSchema = z.strictObject({
  packages: z.strictObject({
    since: kubernetesVersion,
    repositories: z.record(z.string(), repository),
  }),
  kubernetesNode: z.strictObject({
    component: z.string(),
    repository,
    /** Versions of the tarball that a source names, with `v`; long-term support builds differ from `v{kubernetesVersion}`. */
    versions: z.array(tag),
  }),
  credentialProvider: z.strictObject({
    package: z.strictObject({ component: z.string(), since: kubernetesVersion, repository, versionsByMinor }),
    tarball: z.strictObject({ component: z.string(), repository, versionsByMinor }),
  }),
  pause: z.array(z.strictObject({ repository, tag })).min(1),
  systemExtensions: z.strictObject({
    osSkus: z.array(z.string()),
    /** Nodes ask for this revision even where newer ones exist. */
    revision: z.number().int(),
    distribution: z.string(),
    architectures: z.strictObject({ amd64: z.string(), arm64: z.string() }),
    repositories: z.record(z.string(), repository),
    credentialProvider: z.strictObject({ component: z.string(), repository, versionsByMinor }),
  }),
  /** Pulled from MAR by name, past the cache: never in a set, told as findings. */
  gpuDrivers: z.strictObject({
    /** Newest driver image per variant (`cuda-lts`, `grid`, ...) of Ubuntu nodes. */
    ubuntu: z.record(z.string(), z.strictObject({ repository, tag })),
    /** Extensions of Azure Container Linux; their tag is the node's own `VERSION_ID`. */
    systemExtensions: z.array(repository),
  }),
  /** `os.version` of a package index per node OS. */
  osVersions: z.record(nodeOs, z.string()),
  /** Node OS per ARM `osSKU`. */
  osSkus: z.record(z.string(), nodeOs),
  /** Node OS of `osSKU` Ubuntu: the entry with the highest `since` that the target reaches. */
  ubuntuDefaults: z.array(z.strictObject({ since: kubernetesVersion, os: nodeOs })).min(1),
});

export type NodeBootstrap = Readonly<z.infer<typeof nodeBootstrapSchema>>;

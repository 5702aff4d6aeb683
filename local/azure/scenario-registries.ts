import { z } from 'zod';
import { artifact, name, range, seconds } from './scenario-values.js';

const cacheRule = z.strictObject({
  name: name.default('aks-managed-mcr').describe('Name of the rule.'),
  source: z.string().default('mcr.microsoft.com/*').describe('Upstream repositories, host first.'),
  target: z.string().describe('`aks-managed-repository/*` (new layout) or `/*` (before 2025-03-16).'),
  state: z
    .enum(['Succeeded', 'Failed', 'Creating', 'Deleting'])
    .default('Succeeded')
    .describe('Its provisioning state.'),
});

const perMinute = z.int().min(1).optional();
const limits = z.strictObject({
  reads: perMinute.describe('Reads of manifests, blobs and tags.'),
  tokens: perMinute.describe('Requests for tokens.'),
  referrers: perMinute.describe('Lists of referrers.'),
});

export const registry = z.strictObject({
  name: name.describe('Name of the registry.'),
  resourceGroup: name.describe('Its resource group.'),
  sku: z.enum(['Basic', 'Standard', 'Premium']).default('Premium').describe('Its tier.'),
  cacheRules: z.array(cacheRule).default([]).describe('Its artifact cache.'),
  properties: z
    .record(z.string(), z.json())
    .default({})
    .describe("Laid over ARM's `properties` of the registry, objects merged: network, policies and so on."),
  importSeconds: range.default([1, 3]).describe('How long an import in the background takes: least and most.'),
  lateBlobSeconds: range
    .default([0, 0])
    .describe('How long after its manifest each config and layer of such an import comes: least and most.'),
  uncachedBlobs: z
    .enum(['proxied', 'unknown'])
    .default('proxied')
    .describe(
      'HEAD of a blob that is not cached: `proxied` answers 200 with `X-Azure-Origin: upstream`, `unknown` 404.',
    ),
  dataEndpoint: z.boolean().default(true).describe('Whether stored blobs are served by a redirect to another host.'),
  repullsDeleted: z
    .boolean()
    .default(true)
    .describe('Whether a cached repository that was deleted is pulled again (not always in Azure: acr#765).'),
  importImageSeconds: range.default([0.2, 1]).describe('How long an `importImage` takes: least and most.'),
  canImport: z.boolean().default(true).describe('Whether the app may call `importImage`.'),
  limits: limits.optional().describe('Token buckets a minute, each with 429 and `Retry-After`; unset: no limits.'),
  clockSkewSeconds: z.number().min(-86_400).max(86_400).default(0).describe('How far its clock is ahead.'),
  tagRefreshSeconds: seconds.default(300).describe('How late a tag that moved upstream is noticed.'),
});

const layer = z.strictObject({
  artifact: artifact.describe('`repository:tag` as in MAR.'),
  bytes: z
    .int()
    .min(1)
    .max(64 * 2 ** 30)
    .describe('Bytes of the last layer of each platform, made while they are read.'),
});

export const mar = z.strictObject({
  add: z.array(artifact).default([]).describe('Artifacts that MAR has beside those of the catalogue.'),
  remove: z.array(artifact).default([]).describe('Artifacts of the catalogue that MAR does not have.'),
  layers: z.array(layer).default([]).describe('Artifacts with a large layer; the others have small ones.'),
  signed: z.array(artifact).default([]).describe('Artifacts that have a signature, which refers to them.'),
});

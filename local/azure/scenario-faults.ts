import { z } from 'zod';
import { artifact, name, range, seconds, share } from './scenario-values.js';

const neverCached = z.strictObject({
  registry: name.describe('Registry that never gets it.'),
  artifact: artifact.describe('`repository:tag` as in MAR.'),
});

const outage = z.strictObject({
  afterSeconds: seconds.default(0).describe('When it begins, counted from the start.'),
  seconds: seconds.describe('How long it lasts.'),
});

export const faults = z.strictObject({
  latencySeconds: range.default([0, 0]).describe('Delay of every answer of ARM, registries and MAR: least and most.'),
  retryAfterSeconds: z.number().int().min(0).max(3600).default(1).describe('`Retry-After` of every 429.'),
  armThrottledShare: share.describe('Share of ARM requests that get 429.'),
  registryThrottledShare: share.describe('Share of reads of not yet cached manifests that get 429.'),
  childFailedShare: share.describe(
    'Share of reads by digest of not yet cached manifests that get 424 Failed Dependency.',
  ),
  upstreamErrorShare: share.describe('Share of reads of not yet cached manifests that get 502.'),
  cachingFailedShare: share.describe('Share of imports in the background that end in silence with nothing stored.'),
  referrersFailedShare: share.describe('Share of lists of referrers that get 424.'),
  importStuckShare: share.describe('Share of `importImage` operations that stay `Running` for ever.'),
  importFalseShare: share.describe('Share of those that report success and have copied nothing.'),
  importFailedShare: share.describe('Share of those that end with 200 and the status `Failed`.'),
  importThrottledShare: share.describe('Share of those that end with 400, wrapping `TOOMANYREQUESTS`.'),
  marDown: outage.optional().describe('A time when MAR does not answer, and registries get nothing from it.'),
  eventTopicDown: outage.optional().describe('A time when the custom topic answers 503.'),
  eventTopicThrottledShare: share.describe('Share of requests to the custom topic that get 429.'),
  neverCaches: z.array(neverCached).default([]).describe('Artifacts whose import never ends.'),
  eventLostShare: share.describe('Share of events that are never delivered.'),
  eventDuplicatedShare: share.describe('Share of events that are delivered twice.'),
  eventDelayedShare: share.describe('Share of events that are held back, so that later ones overtake them.'),
  catalogSources: z
    .enum(['none', 'unreachable', 'broken'])
    .default('none')
    .describe("AgentBaker's list and the Vulnerability Data API: `unreachable` answers 503, `broken` no JSON."),
  eventDelaySeconds: range.default([0.2, 2]).describe('How long those are held back: least and most.'),
});

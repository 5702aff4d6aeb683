import { z } from 'zod';
import sourceData from './data/sources.json' with { type: 'json' };

const schema = z.strictObject({
  /** Date of the newest source and a hash of the data files: equal for equal data. */
  version: z.string(),
  sources: z.array(
    z.strictObject({
      name: z.enum(['agentbaker', 'node-bootstrap', 'release-notes', 'node-image', 'component-map']),
      /** `2026-08-21`, or `2026-08` where only the month is known. */
      asOf: z.string().regex(/^\d{4}-\d{2}(-\d{2})?$/),
      /** Who publishes it, for people. */
      from: z.string(),
    }),
  ),
});

export type BundledSources = z.infer<typeof schema>;

/** Where the facts that come with the app are from. Throws only when the build is broken: the data is checked by a test. */
export function loadBundledSources(): BundledSources {
  return schema.parse(sourceData);
}

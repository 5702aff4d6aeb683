import * as z from 'zod/mini';
import { isDigest, type Digest } from '../model/artifact.js';
import { failureClasses } from '../model/errors.js';
import { phases, proofLevels, strategies } from './state.js';

/** ISO 8601. */
export const dateSchema = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
const count = z.int().check(z.minimum(0));

export const digestSchema = z.custom<Digest>(
  (value) => typeof value === 'string' && isDigest(value),
  'must be a sha256 digest',
);

/** The fields of an `ArtifactState` as every store writes them; `children` and `imports` are for each to lay out. */
export const storedFields = {
  registry: z.string(),
  loginServer: z.string(),
  incarnation: z.string(),
  cachedRepository: z.string(),
  repository: z.string(),
  tag: z.string(),
  digest: digestSchema,
  pinnedAt: dateSchema,
  strategy: z.enum(strategies),
  phase: z.enum(phases),
  step: count,
  attempts: count,
  failures: count,
  proof: z.exactOptional(z.enum(proofLevels)),
  blobsDone: z.exactOptional(count),
  importTries: z.exactOptional(count),
  provenAt: z.exactOptional(dateSchema),
  neededBy: z.exactOptional(dateSchema),
  deepAt: z.exactOptional(dateSchema),
  dueAt: dateSchema,
  reason: z.exactOptional(z.string()),
  failureClass: z.exactOptional(z.enum(failureClasses)),
};

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** `[d.]hh:mm:ss[.fff]`, the time span of .NET, as milliseconds. */
const timeSpan = z
  .string()
  .regex(/^(?:\d+\.)?\d{1,2}:\d{2}:\d{2}(?:\.\d+)?$/, 'wants hh:mm:ss')
  .transform((text) => {
    const [seconds = '0', minutes = '0', hoursAndDays = '0'] = text.split(':').reverse();
    const [hours = '0', days = '0'] = hoursAndDays.split('.').reverse();
    return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  });

/** Defaults and limits as documented in functions-bindings-storage-queue, "host.json settings". */
const queueSchema = z
  .object({
    batchSize: z.int().min(1).max(32).default(16),
    newBatchThreshold: z.int().min(0).optional(),
    maxPollingInterval: timeSpan.default(60_000),
    visibilityTimeout: timeSpan.default(0),
    maxDequeueCount: z.int().min(1).default(5),
    messageEncoding: z.enum(['base64', 'none']).default('base64'),
  })
  .prefault({})
  .transform((queues) => ({
    ...queues,
    newBatchThreshold: queues.newBatchThreshold ?? Math.floor(queues.batchSize / 2),
  }));

const hostJsonSchema = z.object({
  version: z.literal('2.0'),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      queues: queueSchema,
    })
    .prefault({}),
});

export type HostJson = z.infer<typeof hostJsonSchema>;
/** Times in milliseconds. */
export type QueueSettings = HostJson['extensions']['queues'];

/** @throws Error in one line that names the first wrong field */
export function parseHostJson(text: string): HostJson {
  const result = hostJsonSchema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`host.json: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}

/** Reads `host.json` of an app; a missing file is an error, as it is in Azure. */
export async function readHostJson(appFolder: string): Promise<HostJson> {
  return parseHostJson(await readFile(join(appFolder, 'host.json'), 'utf8'));
}

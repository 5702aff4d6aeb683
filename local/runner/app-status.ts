import { z } from 'zod';

/** The part of `GET /api/status` that the runner shows and checks; the app may say more. */
const statusSchema = z.object({
  registries: z.array(
    z.object({
      loginServer: z.string(),
      required: z.int(),
      cached: z.int(),
      failed: z.int(),
      waiting: z.int(),
    }),
  ),
  clusters: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kubernetesVersion: z.string(),
      isolated: z.boolean(),
      finding: z.string().optional(),
      targets: z.array(
        z.object({
          kubernetesVersion: z.string(),
          decision: z.enum(['open', 'closed', 'unknown']),
          required: z.int(),
          cached: z.int(),
          missing: z.array(z.object({ artifact: z.string(), state: z.string(), reason: z.string() })),
          reasons: z.array(z.string()),
          estimatedOpenAt: z.string().optional(),
          deadline: z
            .object({
              at: z.string(),
              what: z.string(),
              risk: z.object({ kind: z.string(), why: z.string() }).optional(),
            })
            .optional(),
          drift: z.object({ escaped: z.int(), foreign: z.int(), idle: z.int().optional() }).optional(),
        }),
      ),
    }),
  ),
  holds: z
    .array(
      z.object({ clusterId: z.string(), configuration: z.string(), state: z.string(), reasons: z.array(z.string()) }),
    )
    .optional(),
  fleetGates: z.array(z.object({ displayName: z.string(), action: z.string(), reasons: z.array(z.string()) })),
  problems: z.array(z.object({ at: z.string(), source: z.string(), subject: z.string(), reason: z.string() })),
});

export type AppStatus = z.infer<typeof statusSchema>;

/**
 * Asks a running app where everything stands.
 * @param url of the host, without a path
 * @param key function key
 * @throws Error when the app does not answer 200 within a minute, or something else than documented
 */
export async function fetchStatus(url: string, key: string): Promise<AppStatus> {
  const response = await fetch(`${url}/api/status`, {
    headers: { 'x-functions-key': key },
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`GET /api/status answered ${response.status} ${text.slice(0, 200)}`);
  const parsed = statusSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`GET /api/status: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`);
}

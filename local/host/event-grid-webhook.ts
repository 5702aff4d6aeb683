import { z } from 'zod';
import type { IndexedFunction } from './function-index.js';
import { opens, type HostKeys } from './host-keys.js';
import { jsonReply, presentedKey, unauthorized, type HostReply, type HostRequest } from './http-message.js';
import type { Worker } from './worker.js';

export interface EventGridWebhookHost {
  readonly worker: Worker;
  readonly keys: HostKeys;
  readonly functions: readonly IndexedFunction[];
}

const validationSchema = z
  .array(z.object({ data: z.object({ validationCode: z.string() }) }))
  .min(1)
  .transform(([event]) => event?.data.validationCode);

/**
 * `POST /runtime/webhooks/eventgrid?functionName=<name>&code=<system key>`, as the Event Grid extension answers it: the validation
 * handshake without a call of the function; of a notification each event of the array is one call. 202 when all succeeded, 500
 * when one failed, upon which Event Grid sends the whole array again.
 */
export async function answerEventGrid(host: EventGridWebhookHost, request: HostRequest): Promise<HostReply> {
  if (!opens('eventGrid', presentedKey(request), host.keys)) return unauthorized;
  const name = request.url.searchParams.get('functionName') ?? '';
  const target = host.functions.find((candidate) => candidate.name === name && candidate.trigger.kind === 'eventGrid');
  if (target === undefined || target.isDisabled) return { status: 404, body: `cannot find function: '${name}'` };
  const body = parseJson(request.body);
  switch (request.headers['aeg-event-type']?.toLowerCase()) {
    case 'subscriptionvalidation': {
      const code = validationSchema.safeParse(body);
      if (!code.success) return { status: 400, body: 'no validationCode in the event' };
      return jsonReply(200, { validationResponse: code.data });
    }
    case 'notification':
      return Array.isArray(body) ? deliver(host.worker, target.name, body) : { status: 400, body: 'wants an array' };
    case 'unsubscribe':
      return { status: 202 };
    default:
      return { status: 400 };
  }
}

async function deliver(worker: Worker, functionName: string, events: readonly unknown[]): Promise<HostReply> {
  const calls = events.map((event) =>
    worker.invoke({
      functionName,
      reason: 'EventGrid trigger fired',
      input: { json: JSON.stringify(event) },
      triggerMetadata: { data: { json: JSON.stringify((event as { data?: unknown } | null)?.data ?? null) } },
    }),
  );
  const results = await Promise.allSettled(calls);
  return { status: results.every(({ status }) => status === 'fulfilled') ? 202 : 500 };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

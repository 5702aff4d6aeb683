import type { InvocationContext } from '@azure/functions';
import { SyncError } from '../model/errors.js';
import type { Application } from './application.js';

/**
 * Takes one event: a malformed one is recorded and accepted, as it would come again without use; a failure that waiting may cure
 * is thrown, so that Event Grid, or the queue, hands it out again.
 * @param take returns one line for the log
 */
export async function receive(
  event: unknown,
  context: InvocationContext,
  app: Application,
  take: () => Promise<string>,
): Promise<void> {
  try {
    context.log(await take());
  } catch (error) {
    if (!(error instanceof SyncError) || error.canRetry) throw error;
    context.warn(`event not taken: ${error.code}: ${error.message}`);
    const subject = JSON.stringify(event ?? null).slice(0, 2000);
    await app.recordProblem({
      source: `event ${context.functionName}`,
      subject,
      reason: `${error.code}: ${error.message}`,
    });
  }
}

/** Records an event whose work failed at every delivery. There is nothing to replay: the reconcile timer looks at everything by itself. */
export async function recordLostEvent(event: unknown, context: InvocationContext, app: Application): Promise<void> {
  const reason = 'its work failed at every delivery; the log of its function has the failures';
  context.error(`poison message of queue events: ${reason}`);
  const subject = JSON.stringify(event ?? null).slice(0, 2000);
  await app.recordProblem({ source: 'queue events', subject, reason });
}

/** Records a message that the host gave up on, so that it can be replayed. Parsing tells whether it was malformed or its work kept failing. */
export async function recordPoison(
  queue: 'plan' | 'warm' | 'gate',
  message: unknown,
  context: InvocationContext,
  app: Application,
  parse: (message: unknown) => unknown,
): Promise<void> {
  const reason = reasonOf(message, parse);
  context.error(`poison message of queue ${queue}: ${reason}`);
  await app.recordPoison(queue, message, reason);
}

function reasonOf(message: unknown, parse: (message: unknown) => unknown): string {
  try {
    parse(message);
    return 'its work failed at every delivery; the log of its function has the failures';
  } catch (error) {
    return error instanceof SyncError ? `${error.code}: ${error.message}` : 'it could not be read';
  }
}

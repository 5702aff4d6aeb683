import { z } from 'zod';
import { outgoingEvent } from '../gate/outgoing-events.js';

/** An outbox as one text column of a judgement's row. */
export const announcementsColumn = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('is no JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ pending: z.array(outgoingEvent), told: z.array(z.string()) }));

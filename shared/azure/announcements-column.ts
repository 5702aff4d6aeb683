import { z } from 'zod';
import { outgoingEvent } from '../gate/announcements/outgoing-events.js';
import type { Announcements } from '../gate/ports.js';
import { jsonColumn } from './table-rows.js';

/** Columns of an outbox in a judgement's row. Two, as a text column holds 32 Ki characters; older rows have all of it in the first. */
export const announcementsColumns = {
  // What cannot be read was told, or is lost: a gate does not wait for it.
  announcements: jsonColumn
    .pipe(z.object({ pending: z.array(outgoingEvent), told: z.array(z.string()) }))
    .optional()
    .catch(undefined),
  told: jsonColumn.pipe(z.array(z.string())).optional().catch(undefined),
};

export function columnsOf({ pending, told }: Announcements) {
  return { announcements: JSON.stringify({ pending, told: [] }), told: JSON.stringify(told) };
}

import { z } from 'zod';
import { outgoingEvent } from '../gate/outgoing-events.js';
import { jsonColumn } from './table-rows.js';

/** An outbox as one text column of a judgement's row. */
export const announcementsColumn = jsonColumn.pipe(
  z.object({ pending: z.array(outgoingEvent), told: z.array(z.string()) }),
);

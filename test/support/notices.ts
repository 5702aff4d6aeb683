import type { Notice } from '../../shared/gate/decision/deadlines.js';
import { minutes, now } from './builders.js';

/** A notice of AKS; without a change it is about every target, in a day. */
export function noticeOf(changes: Partial<Notice> = {}): Notice {
  return {
    eventId: 'event',
    scheduledAt: new Date(now.getTime() + minutes(24 * 60)),
    status: 'scheduled',
    details: '',
    versions: [],
    toldAt: now,
    ...changes,
  };
}

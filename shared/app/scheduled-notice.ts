import { z } from 'zod';
import type { Notice } from '../gate/decision/deadlines.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { parseJson } from '../model/parse-json.js';

/** What a time is called, in the properties of the event or in its details. */
const timeNames = ['scheduledTime', 'scheduledStartTime', 'notBefore', 'startTime'] as const;
const isoInText = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})/;
const longestText = 10_000;

/** Azure writes the year 1 for "no time". */
const earliest = Date.UTC(2020, 0, 1);

const statuses = z.string().toLowerCase().catch('');

export interface NoticeInput {
  readonly id: string;
  readonly eventTime: string | null | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly versions: readonly KubernetesVersion[];
}

/**
 * What a `ScheduledEventEmitted` event says of time. The documented field is `scheduledTime`; what is missing there is looked for in the
 * details, a sentence or facts. Nothing in it is refused: a notice without a time still plans its clusters.
 * Source: Azure Resource Notifications, "ContainerService events", properties of the event.
 */
export function parseNotice({ id, eventTime, properties, versions }: NoticeInput): Notice {
  const details = factsOf(properties['eventDetails']);
  const status = statuses.parse(properties['eventStatus']);
  const eventId = properties['eventId'];
  return {
    eventId: typeof eventId === 'string' && eventId !== '' ? eventId.slice(0, 200) : id.slice(0, 200),
    scheduledAt: timeIn(properties) ?? timeIn(details.facts) ?? dateOf(isoInText.exec(details.text)?.[0]),
    status: status === '' || status === 'scheduled' ? 'scheduled' : 'over',
    details: details.text.slice(0, 300),
    versions,
    toldAt: dateOf(properties['lastUpdateTime']) ?? dateOf(eventTime) ?? new Date(earliest),
  };
}

/** A sentence, JSON in a text, or an object. */
function factsOf(details: unknown): { readonly text: string; readonly facts: Readonly<Record<string, unknown>> } {
  const text = (typeof details === 'string' ? details : (JSON.stringify(details) ?? '')).slice(0, longestText);
  const parsed = z.record(z.string(), z.unknown()).safeParse(typeof details === 'string' ? parseJson(text) : details);
  return { text, facts: parsed.success ? parsed.data : {} };
}

function timeIn(facts: Readonly<Record<string, unknown>>): Date | undefined {
  const byName = new Map(Object.entries(facts).map(([name, value]) => [name.toLowerCase(), value]));
  return timeNames.map((name) => dateOf(byName.get(name.toLowerCase()))).find((date) => date !== undefined);
}

function dateOf(value: unknown): Date | undefined {
  if (typeof value !== 'string' || value.length > 50 || !/^\d{4}-/.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) || date.getTime() < earliest ? undefined : date;
}

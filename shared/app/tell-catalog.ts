import type { CatalogNews } from '../catalog/catalog-news.js';
import type { CatalogStatus } from '../catalog/current-catalog.js';
import { makeEvent, sourceOf, type OutgoingEvent } from '../gate/announcements/outgoing-events.js';
import { publishOrTell, type PublishPorts } from '../gate/announcements/publish-announcements.js';

export interface TellCatalogPorts extends Omit<PublishPorts, 'judgements'> {
  readonly catalogKeeper: {
    describe(): Promise<CatalogStatus>;
    /** What others have not been told of yet. */
    news(): Promise<CatalogNews | undefined>;
    /** After they were. */
    remember(news: CatalogNews): Promise<void>;
  };
  readonly subscriptionId: string;
}

/**
 * Publishes that the catalogue changed. At least once: it is remembered after it was published, and told again by the next round, with
 * the same id, by whoever died in between.
 */
export async function tellCatalog(ports: TellCatalogPorts): Promise<void> {
  if (!ports.events) return;
  const news = await ports.catalogKeeper.news();
  if (!news) return;
  const { sources } = await ports.catalogKeeper.describe();
  const about = { source: sourceOf(ports.subscriptionId), subject: 'catalogue', at: ports.now() };
  const event = makeEvent('CatalogChanged', [news.version], about, {
    sources: sources.map(({ name, state, readAt }) => ({ name, state, ...(readAt === undefined ? {} : { readAt }) })),
    changed: [...news.changed],
  });
  if (await publishOrTell([event], ports)) await ports.catalogKeeper.remember(news);
}

/** For alerts on logs, also where no topic is set: `event DeadlineAtRisk {…}`, JSON as it is published. */
export function describeEvent(event: OutgoingEvent): string {
  return `event ${event.type} ${JSON.stringify(event)}`;
}

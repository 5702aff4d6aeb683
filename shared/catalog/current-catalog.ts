import { acceptOverrides, overridesName, readOverridesStatus, type OverridesStatus } from './accept-overrides.js';
import type { CatalogAlert } from './alerts.js';
import type { Catalog } from './catalog.js';
import { joinCatalog } from './join-catalog.js';
import type { CatalogReader, CatalogStore } from './ports.js';
import { enabledSources } from './refresh-catalog.js';
import { addressOf, type SourceAddresses } from './source-documents.js';
import { describeSource, type SourceStatus } from './source-freshness.js';
import { factsOf, readFreshness, readRecord, recordName, sourceNames } from './source-records.js';
import type { CatalogFacts } from './sources/facts.js';

/**
 * How long a catalogue in memory counts before storage is asked whether it is still the newest. Plans come in bursts, which share one
 * question; whoever uploads overrides and asks for a plan should not have to wait for longer.
 */
const askAfterMs = 10_000;

export interface CurrentCatalogPorts {
  readonly bundled: Catalog;
  readonly store: CatalogStore;
  readonly addresses: SourceAddresses;
  readonly now: () => Date;
  /** Tells an operator; called once for each thing. */
  readonly alert: (alert: CatalogAlert) => Promise<void>;
}

interface Held {
  readonly catalog: Catalog;
  /** ETags of all that it was joined from. */
  readonly version: string;
  readonly askedAt: number;
}

/** What `GET /api/status` says of the catalogue. */
export interface CatalogStatus {
  readonly sources: readonly SourceStatus[];
  readonly overrides: OverridesStatus;
}

/** The joined catalogue of this process: one list request in ten seconds at most, and reads only when something has changed. */
export class CurrentCatalog implements CatalogReader {
  #held: Held | undefined;
  #loading: Promise<Held> | undefined;

  constructor(private readonly ports: CurrentCatalogPorts) {}

  /** Concurrent callers share one load. A failure of the storage is thrown: without the overrides, a set may be wrong. */
  async current(): Promise<Catalog> {
    const held = this.#held;
    if (held && this.ports.now().getTime() - held.askedAt < askAfterMs) return held.catalog;
    this.#loading ??= this.#load(held);
    try {
      this.#held = await this.#loading;
      return this.#held.catalog;
    } finally {
      this.#loading = undefined;
    }
  }

  async describe(): Promise<CatalogStatus> {
    const { store, addresses, bundled, now } = this.ports;
    const [{ freshness }, overrides] = await Promise.all([readFreshness(store), readOverridesStatus(store)]);
    const detail = `${bundled.components.size} components that come with the app; everything else goes over them`;
    return {
      sources: [
        { name: 'bundled', state: 'fresh', detail },
        ...sourceNames.map((name) => describeSource(name, addressOf(name, addresses), freshness[name], now())),
      ],
      overrides,
    };
  }

  async #load(held: Held | undefined): Promise<Held> {
    const { store, addresses, bundled, now, alert } = this.ports;
    const askedAt = now().getTime();
    const etags = await store.list();
    const names = enabledSources(addresses);
    const version = JSON.stringify([overridesName, ...names.map(recordName)].map((name) => etags.get(name) ?? null));
    if (held?.version === version) return { ...held, askedAt };
    const [facts, { overrides, alerts }] = await Promise.all([
      Promise.all(names.map((name) => this.#factsOf(name))),
      acceptOverrides(store, etags.get(overridesName), now()),
    ]);
    for (const one of alerts) await alert(one);
    return { catalog: joinCatalog(bundled, facts.flat(), overrides), version, askedAt };
  }

  /** What was read from another address than the one set now does not count. */
  async #factsOf(name: (typeof sourceNames)[number]): Promise<readonly CatalogFacts[]> {
    const { record } = await readRecord(this.ports.store, name);
    return record?.base === addressOf(name, this.ports.addresses) ? factsOf(record) : [];
  }
}

import { loadBundledSources } from '../catalog/bundled-sources.js';
import { loadCatalog, type Catalog } from '../catalog/catalog.js';
import { describeCatalog, type CatalogDescription } from '../catalog/describe-catalog.js';
import { joinCatalog } from '../catalog/join-catalog.js';
import { parseAgentBakerList } from '../catalog/sources/agentbaker.js';
import type { CatalogFacts } from '../catalog/sources/facts.js';
import { noOverrides, parseOverrides } from '../catalog/sources/overrides.js';
import { parseScanReport, refOfSavedReport } from '../catalog/sources/vulnerability-api.js';
import { SyncError } from '../model/errors.js';

export type { CatalogDescription } from '../catalog/describe-catalog.js';

/** A document of a source that somebody saved. */
export interface SavedText {
  /** By which messages name it, for example its path. */
  readonly name: string;
  readonly text: string;
}

/** What goes over the bundled data; all of it may be absent. */
export interface CatalogDocuments {
  readonly overrides?: SavedText;
  /** AgentBaker's `components.json`. */
  readonly agentBaker?: SavedText;
  /** Scan reports of the Vulnerability Data API; indexes are passed over. */
  readonly reports?: readonly SavedText[];
}

/**
 * The catalogue as an app with these sources and overrides would have it: no network, no clock.
 * @throws SyncError INVALID_INPUT naming the file and the path in it
 */
export function offlineCatalog({ overrides, agentBaker, reports = [] }: CatalogDocuments): Catalog {
  if (!overrides && !agentBaker && reports.length === 0) return loadCatalog();
  const lists = agentBaker ? [reading(agentBaker, ({ text, name }) => parseAgentBakerList(text, name))] : [];
  const facts = [...lists, ...reports.map((report) => reading(report, parseReport))];
  const known = overrides ? reading(overrides, ({ text, name }) => parseOverrides(text, name)) : noOverrides;
  return joinCatalog(loadCatalog(), facts, known);
}

/** What the catalogue that comes with the program knows, with saved sources and overrides over it. @throws as `offlineCatalog` */
export function describeOfflineCatalog(documents: CatalogDocuments): CatalogDescription {
  return describeCatalog(offlineCatalog(documents), loadBundledSources());
}

function parseReport({ name, text }: SavedText): CatalogFacts {
  const ref = refOfSavedReport(name.replaceAll('\\', '/'), text);
  if (ref) return parseScanReport(ref, text);
  throw new SyncError(
    'CATALOG_SOURCE_INVALID',
    `${name}: neither its path nor its text tells what it reports on; keep the API's paths, for example vhd-releases/AKSUbuntu-gen2-2204containerd/202608.01.0/scan-reports`,
  );
}

/** Turns a complaint about a source into one about the file that somebody saved. */
function reading<Result>(saved: SavedText, parse: (saved: SavedText) => Result): Result {
  try {
    return parse(saved);
  } catch (cause) {
    if (!(cause instanceof SyncError)) throw cause;
    const said = cause.message.includes(saved.name) ? cause.message : `${saved.name}: ${cause.message}`;
    throw new SyncError('INVALID_INPUT', said, { cause });
  }
}

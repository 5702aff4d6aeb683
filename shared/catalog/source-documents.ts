import type { SourceName } from './source-records.js';
import { parseAgentBakerList } from './sources/agentbaker.js';
import type { CatalogFacts } from './sources/facts.js';
import {
  indexPath,
  parseReleaseIndex,
  parseScanReport,
  reportPath,
  type ReportKind,
  type ReportRef,
} from './sources/vulnerability-api.js';

export type DocumentContent = CatalogFacts | { readonly kind: 'index'; readonly names: readonly string[] };

/** One document of a source: where it is, and what it says. */
export interface DocumentPlan {
  /** Its key in the record; part of messages. */
  readonly path: string;
  readonly url: string;
  /** @throws SyncError CATALOG_SOURCE_INVALID */
  parse(text: string): DocumentContent;
  /** Documents that an index names. */
  follow(content: DocumentContent): readonly DocumentPlan[];
}

/** Addresses of the sources; an empty one switches its source off. */
export interface SourceAddresses {
  /** AgentBaker's `components.json`. */
  readonly agentBakerUrl: string;
  /** Base of the Vulnerability Data API, without a slash at the end. */
  readonly vulnerabilityApiEndpoint: string;
}

export function addressOf(source: SourceName, addresses: SourceAddresses): string {
  return source === 'agentbaker' ? addresses.agentBakerUrl : addresses.vulnerabilityApiEndpoint;
}

/** The documents that a source is read from, the others follow from them. */
export function documentsOf(source: SourceName, address: string): readonly DocumentPlan[] {
  if (source === 'vulnerability-api') return reportKinds.map((kind) => indexDocument(kind, address));
  return [{ path: 'components.json', url: address, parse: parseAgentBakerList, follow: () => [] }];
}

const reportKinds = ['aks-release', 'kubernetes-release', 'node-image'] as const satisfies readonly ReportKind[];

/** Regions get a weekly release within about two weeks; a cluster may be one behind. */
const releasesRead = 4;
/** Patches of each minor: what clusters run now and may upgrade to. */
const patchesRead = 4;
const minorsRead = 8;
/** Node images of each distribution: the newest, and the one before. */
const nodeImagesRead = 2;
const distributionsRead = 30;

function indexDocument(kind: ReportKind, address: string): DocumentPlan {
  return {
    path: indexPath(kind),
    url: `${address}/${indexPath(kind)}`,
    parse: (text) => ({ kind: 'index', names: wantedNames(kind, parseReleaseIndex(kind, text)) }),
    follow: (content) =>
      content.kind === 'index' ? content.names.map((name) => reportDocument({ kind, name }, address)) : [],
  };
}

function reportDocument(report: ReportRef, address: string): DocumentPlan {
  return {
    path: reportPath(report),
    url: `${address}/${reportPath(report)}`,
    parse: (text) => parseScanReport(report, text),
    follow: () => [],
  };
}

/** @param names newest first @returns the newest ones that may still matter */
export function wantedNames(kind: ReportKind, names: readonly string[]): string[] {
  switch (kind) {
    case 'aks-release':
      return names.slice(0, releasesRead);
    case 'kubernetes-release':
      return newestOfGroups(names, (name) => name.slice(0, name.lastIndexOf('.')), patchesRead, minorsRead);
    case 'node-image': {
      const linux = names.filter((name) => !/windows/i.test(name));
      return newestOfGroups(linux, (name) => name.slice(0, name.indexOf('/')), nodeImagesRead, distributionsRead);
    }
  }
}

function newestOfGroups(
  names: readonly string[],
  groupOf: (name: string) => string,
  perGroup: number,
  groups: number,
): string[] {
  const found = new Map<string, string[]>();
  for (const name of names) {
    const group = found.get(groupOf(name)) ?? [];
    if (group.length < perGroup) found.set(groupOf(name), [...group, name]);
  }
  return [...found.values()].slice(0, groups).flat();
}

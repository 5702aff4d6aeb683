import { buildComponents } from './components.js';
import { newestFirst } from '../../shared/catalog/component-tags.js';
import { allKnownTags } from './known-tags.js';
import { buildNodeBootstrap } from './node-bootstrap.js';
import { buildNodeImages } from './node-images.js';
import { readReference } from './reference.js';
import { buildSources } from './sources.js';
import { buildVersions } from './versions.js';

/**
 * The data files of the catalogue, by name, as text. The same reference gives the same bytes.
 * @throws when the reference holds something that no rule of these scripts translates
 */
export function buildCatalogFiles(referenceFolder: string): ReadonlyMap<string, string> {
  const reference = readReference(referenceFolder);
  const components = buildComponents(reference);
  const known = [...allKnownTags(reference)].sort(([a], [b]) => (a < b ? -1 : 1));
  const files = new Map([
    ['components.json', printList(components)],
    ['versions.json', printRecord(buildVersions(reference, components), 3)],
    ['known-tags.json', printRecord(Object.fromEntries(known.map(([name, tags]) => [name, newestFirst(tags)])), 1)],
    ['node-bootstrap.json', printRecord(buildNodeBootstrap(reference), 2)],
    ['node-images.json', printList(buildNodeImages(reference))],
  ]);
  return new Map([...files, ['sources.json', printRecord(buildSources(referenceFolder, reference, files), 1)]]);
}

function printList(values: readonly unknown[]): string {
  return `[\n${values.map((value) => ` ${JSON.stringify(value)}`).join(',\n')}\n]\n`;
}

/** JSON with one line per entry down to `depth` levels: small, and readable in a diff. */
function printRecord(value: object, depth: number): string {
  return `${printNested(value, depth, '')}\n`;
}

function printNested(value: unknown, depth: number, indent: string): string {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, entry]) => `${indent} ${JSON.stringify(key)}: ${printNested(entry, depth - 1, `${indent} `)}`,
  );
  return `{\n${entries.join(',\n')}\n${indent}}`;
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledSources } from '../../shared/catalog/bundled-sources.js';
import type { Reference } from './reference.js';

/**
 * Where the facts of the data files are from and how old they are: dates that the reference gives for its own parts.
 * @param files the data files by name, as text: the version of the catalogue changes with any of them
 * @throws when the reference no longer says the date of a part
 */
export function buildSources(
  folder: string,
  { releases, nodeImages }: Reference,
  files: ReadonlyMap<string, string>,
): BundledSources {
  const facts = readFileSync(join(folder, 'azure-facts.md'), 'utf8');
  const bootstrap = readFileSync(join(folder, 'node-bootstrap.md'), 'utf8');
  const bootstrapDate = find(
    bootstrap,
    /^Source: Azure\/AgentBaker @ \w+ \((\d{4}-\d{2}-\d{2})\)/m,
    'node-bootstrap.md',
  );
  const sources: BundledSources['sources'] = [
    {
      name: 'agentbaker',
      asOf: find(facts, /Copy of (\d{4}-\d{2}-\d{2}): `agentbaker-components\.json`/, 'agentbaker-components.json'),
      from: 'Azure/AgentBaker, parts/common/components.json',
    },
    { name: 'node-bootstrap', asOf: bootstrapDate, from: 'Azure/AgentBaker, provisioning scripts' },
    {
      name: 'release-notes',
      asOf: newest(releases.map(({ tableLastSeen }) => tableLastSeen)),
      from: 'AKS documentation, supported Kubernetes versions',
    },
    {
      name: 'node-image',
      asOf: newest(nodeImages.map(({ release }) => release.replace(/^(\d{4})(\d{2})\.(\d{2})\..*$/, '$1-$2-$3'))),
      from: 'Azure/AKS, vhd-notes',
    },
    { name: 'component-map', asOf: monthOf(facts), from: 'public documentation and observations, joined by hand' },
  ];
  const hash = createHash('sha256');
  for (const [file, text] of files) hash.update(`${file}\n${text}`);
  const version = `${newest(sources.map(({ asOf }) => asOf))}-${hash.digest('hex').slice(0, 8)}`;
  return { version, sources };
}

function find(text: string, shape: RegExp, what: string): string {
  const found = shape.exec(text)?.[1];
  if (found === undefined) throw new Error(`the reference does not say the date of ${what}`);
  return found;
}

const months = 'January February March April May June July August September October November December'.split(' ');

/** The component map has no date of its own: it belongs to the facts around it. */
function monthOf(facts: string): string {
  const [month = '', year = ''] = find(facts, /snapshots up to (\w+ \d{4})/, 'the component map').split(' ');
  return `${year}-${String(months.indexOf(month) + 1).padStart(2, '0')}`;
}

function newest(dates: readonly string[]): string {
  return [...dates].sort().at(-1) ?? '';
}

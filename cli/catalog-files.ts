import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogDocuments, SavedText } from '../shared/app/offline-catalog.js';
import { WrongUse } from './outcome.js';
import { readText } from './read-json.js';

/** Options of every command that uses the catalogue from files. */
export interface CatalogFileOptions {
  /** Path of an `overrides.json`. */
  readonly overrides?: string;
  /** Path of AgentBaker's `components.json`. */
  readonly agentbaker?: string;
  /** Path of a scan report of the Vulnerability Data API, or of a folder of them. */
  readonly vulnerability?: string;
}

export const catalogFileOptions = {
  overrides: ['--overrides <file>', 'an overrides.json, as in the storage of an app'],
  agentbaker: ['--agentbaker <file>', "AgentBaker's components.json, instead of the bundled list"],
  vulnerability: [
    '--vulnerability <path>',
    'a scan report of the Vulnerability Data API, or a folder with the paths of the API',
  ],
} as const;

export const observedOption = [
  '--observed <file>',
  'what `GET /api/drift` answers for a cluster like this one: adds what escaped there',
] as const;

/** An app reads some fifty reports; more than this is another folder. */
const mostReports = 500;

/** @throws WrongUse for a file or folder that is missing or empty */
export async function readCatalogFiles(options: CatalogFileOptions): Promise<CatalogDocuments> {
  const { overrides, agentbaker, vulnerability } = options;
  return {
    ...(overrides === undefined ? {} : { overrides: await readNamed('--overrides', overrides) }),
    ...(agentbaker === undefined ? {} : { agentBaker: await readNamed('--agentbaker', agentbaker) }),
    ...(vulnerability === undefined ? {} : { reports: await readReports(vulnerability) }),
  };
}

async function readNamed(option: string, path: string): Promise<SavedText> {
  return { name: path, text: await readText(option, path) };
}

/** In a folder, what is called `scan-reports`, with or without `.json`; indexes and others are passed over. */
async function readReports(path: string): Promise<readonly SavedText[]> {
  const option = '--vulnerability';
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return [await readNamed(option, path)];
  const entries = await readdir(path, { recursive: true });
  const reports = entries.filter((entry) => /(?:^|[\\/])scan-reports(?:\.json)?$/.test(entry)).sort();
  if (reports.length === 0) {
    throw new WrongUse(`${option} ${path}: no report in it; wanted are paths like aks-releases/v20260801/scan-reports`);
  }
  if (reports.length > mostReports) throw new WrongUse(`${option} ${path}: more than ${mostReports} reports`);
  const texts: SavedText[] = [];
  for (const report of reports) texts.push(await readNamed(option, join(path, report)));
  return texts;
}

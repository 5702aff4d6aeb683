import { parseAuditRequest } from '../shared/app/requests.js';
import { auditAnswer, type AuditAnswer } from './app-answers.js';
import { readAddress, type AppOptions } from './app-address.js';
import { askApp } from './ask-app.js';
import { checkOptions } from './check-options.js';
import type { Column } from './fit-columns.js';
import { shortTime } from './gate-report.js';
import { exitCodes, type ExitCode } from './outcome.js';
import { drawTable, type Cell } from './table.js';
import { displayOf, writeJson, type Display, type Terminal } from './terminal.js';

export interface AuditOptions extends AppOptions {
  /** How many entries, the newest first. */
  readonly most?: string;
  readonly json?: boolean;
}

const columns: readonly Column[] = [
  ...['when', 'who', 'action', 'resource', 'outcome'].map((head) => ({ head, breaks: 'nowhere' as const })),
  { head: 'because', breaks: 'between-words' },
];

/** Shows what a running app changed in Azure, or would have. @throws WrongUse, Failed */
export async function runAudit(options: AuditOptions, { stdout, env }: Terminal): Promise<ExitCode> {
  const query = new URLSearchParams(options.most === undefined ? {} : { most: options.most });
  checkOptions(() => parseAuditRequest(query));
  const address = readAddress(options, env);
  const path = `/api/audit${query.size === 0 ? '' : `?${query.toString()}`}`;
  const { content, document } = await askApp(address, { method: 'GET', path }, auditAnswer);
  if (options.json) writeJson(stdout, document);
  else stdout.write(`${renderAudit(content, displayOf(stdout, env))}\n`);
  return exitCodes.fine;
}

function renderAudit({ entries }: AuditAnswer, display: Display): string {
  if (entries.length === 0) return 'Nothing was changed in Azure, and no glass was broken.';
  return drawTable(
    columns,
    entries.map((entry) => rowOf(entry, display)),
    display,
  );
}

/** What was begun and never ended deserves a look: somebody died there. */
function rowOf(entry: AuditAnswer['entries'][number], { colors }: Display): readonly Cell[] {
  const { at, who, action, resource, name = resource.split('/').at(-1) ?? resource, outcome, because } = entry;
  const paint = outcome === 'failed' ? colors.red : outcome === 'begun' ? colors.yellow : String;
  return [shortTime(at), who, action, name, { text: outcome, paint }, because.join('; ')];
}

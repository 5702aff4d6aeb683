import { z } from 'zod';
import { SyncError } from '../../model/errors.js';

/** What a document of an outside source may be at most: 20 MB of text, far more than any of them has ever been. */
const mostCharacters = 20 * 1024 * 1024;
/** Levels of lists and objects within each other; the documents have at most nine. */
const mostLevels = 40;

/** Where a document came from, for messages: `agentbaker`, `components.json`. */
export interface DocumentOrigin {
  readonly source: string;
  readonly document: string;
}

/**
 * A document of an outside source: bounded before it is parsed, then checked by `schema`.
 * Keys of JSON such as `__proto__` stay what they are, names: schemas copy what they know and nothing else.
 * @throws SyncError CATALOG_SOURCE_INVALID naming source, document and the path of the first thing that is wrong
 */
export function parseSourceDocument<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  origin: DocumentOrigin,
  most = mostCharacters,
): z.infer<Schema> {
  const parsed = schema.safeParse(parseBoundedJson(text, origin, most));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidSource(origin, issue?.path ?? [], issue?.message ?? 'not as documented', parsed.error.issues.length - 1);
}

/** A list of at most so many entries; a longer one is refused without a look at its entries. */
export function listOf<Entry extends z.ZodType>(entry: Entry, most: number) {
  return z.array(z.unknown()).max(most).pipe(z.array(entry));
}

/** @param path in the document, as a list of keys and positions @param others how many more things are wrong */
export function invalidSource(
  { source, document }: DocumentOrigin,
  path: readonly PropertyKey[],
  reason: string,
  others = 0,
): SyncError {
  const where = path.length === 0 ? 'the document' : pathText(path);
  const more = others > 0 ? ` (and ${others} more)` : '';
  return new SyncError('CATALOG_SOURCE_INVALID', `${clean(`${source} ${document}: ${where}: ${reason}`, 400)}${more}`);
}

function parseBoundedJson(text: string, origin: DocumentOrigin, most: number): unknown {
  if (text.length > most) throw invalidSource(origin, [], `longer than ${most / 1024 / 1024} MB`);
  if (levelsOf(text) > mostLevels) throw invalidSource(origin, [], `nested deeper than ${mostLevels} levels`);
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    throw invalidSource(origin, [], `not JSON; it begins with ${JSON.stringify(text.slice(0, 20))}`);
  }
}

/** Deepest nesting of brackets outside of strings; stops counting past the limit. One pass. */
function levelsOf(text: string): number {
  let level = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length && deepest <= mostLevels; index += 1) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === backslash) index += 1;
      else if (character === quote) inString = false;
    } else if (character === quote) inString = true;
    else if (character === openBrace || character === openBracket) deepest = Math.max(deepest, (level += 1));
    else if (character === closeBrace || character === closeBracket) level -= 1;
  }
  return deepest;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** `containers[3].tags[0]`; a key that is no plain name is quoted. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = String(part);
      return /^[\w$-]{1,100}$/.test(name) ? `.${name}` : `[${JSON.stringify(name.slice(0, 100))}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** Text from outside made fit for logs: no control characters, no marks that reorder text, bounded. */
function clean(text: string, length: number): string {
  return text.slice(0, length).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}

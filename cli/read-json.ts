import { readFile } from 'node:fs/promises';
import { errorCodeOf } from './error-code.js';
import { WrongUse } from './outcome.js';
import { cleanText } from './terminal.js';

/** Far above any answer of ARM for one cluster, and above any list of a source. */
const mostBytes = 50_000_000;

const complaints: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read: permission denied',
  EISDIR: 'it is a folder, wanted is a file',
};

/**
 * The JSON document in a file, in UTF-8 or, as PowerShell's `>` writes it, UTF-16.
 * @param option by which the file was given, for the message
 * @throws WrongUse naming option and file
 */
export async function readJson(option: string, path: string): Promise<unknown> {
  return parseJsonText(option, path, await readBytes(option, path));
}

/** As `readJson`, of bytes that came another way. @param path what the message calls the document */
export function parseJsonText(option: string, path: string, bytes: Uint8Array): unknown {
  const text = textOf(option, path, bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cleanText(cause.message) : 'it cannot be parsed';
    throw new WrongUse(`${option} ${path}: not a JSON document: ${reason}`, { cause });
  }
}

/** The text in a file, as `readJson` reads it. @throws WrongUse naming option and file */
export async function readText(option: string, path: string): Promise<string> {
  return textOf(option, path, await readBytes(option, path));
}

function textOf(option: string, path: string, bytes: Uint8Array): string {
  if (bytes.length > mostBytes) throw new WrongUse(`${option} ${path}: larger than any such document ever was`);
  const text = decode(bytes);
  if (text.trim() === '') throw new WrongUse(`${option} ${path}: the file is empty`);
  return text;
}

async function readBytes(option: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = errorCodeOf(cause) ?? 'it cannot be read';
    throw new WrongUse(`${option} ${path}: ${complaints[code] ?? code}`, { cause });
  }
}

/** TextDecoder drops the byte order mark that tells the encodings apart. */
function decode(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

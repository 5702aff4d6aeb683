import { createColors } from 'picocolors';
import type { Colors } from 'picocolors/types.js';

/** A stream that the program writes text to; the fields of `process.stdout` that matter here. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
}

/** Everything of the process that a command sees. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is piped in. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  /** As `process.once`: somebody wants the program to end. */
  once?(signal: StopSignal, listener: () => void): unknown;
  off?(signal: StopSignal, listener: () => void): unknown;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** How text is to look on one stream. */
export interface Display {
  /** Characters in a line; "unlimited" where no person's screen is at the other end: nothing is wrapped then. */
  readonly width: number | 'unlimited';
  readonly colors: Colors;
}

const widthOfUnknownTerminal = 80;

export function displayOf(output: Output, env: Terminal['env']): Display {
  const isTerminal = output.isTTY === true;
  return {
    width: isTerminal ? output.columns || widthOfUnknownTerminal : 'unlimited',
    colors: createColors(wantsColors(isTerminal, env)),
  };
}

/** NO_COLOR (no-color.org) wins over FORCE_COLOR; without either, people at terminals get colours. */
function wantsColors(isTerminal: boolean, env: Terminal['env']): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return isTerminal && env['TERM'] !== 'dumb';
}

/**
 * Text from files and from the network without what a terminal would obey (control characters, line separators, the marks that reorder
 * text for a reader) and what the log of a pipeline would: `##vso[…]` and `##[…]` anywhere in a line.
 */
export function cleanText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD').replace(/##(?=\[|vso\[)/gi, '# #');
}

/** One JSON document, its last line ended. What `cleanText` removes is escaped, so nothing is lost. */
export function writeJson(output: Output, document: unknown): void {
  const text = JSON.stringify(document, null, 2);
  const escaped = text.replace(/[^\n\P{C}]|[\u2028\u2029]/gu, escapeUnits);
  output.write(`${escaped.replace(/##(?=\[|vso\[)/gi, '#\\u0023')}\n`);
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

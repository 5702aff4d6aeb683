import type { Formatter } from 'picocolors/types.js';
import { fitColumns, type Column } from './fit-columns.js';
import type { Display } from './terminal.js';
import { wrapWords } from './wrap.js';

/** Text of one line, and how to paint it. */
export type Cell = string | { readonly text: string; readonly paint: Formatter };

const gap = '  ';

/**
 * Rows in columns, without borders, so that names can be copied and lines be searched. Where there is no terminal every row is one
 * line. On a terminal sentences are wrapped; a name in the first column that leaves them no room gets a line of its own.
 */
export function drawTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], display: Display): string {
  const widths = fitColumns(
    columns,
    rows.map((row) => row.map(textOf)),
    display.width === 'unlimited' ? display.width : display.width - gap.length * (columns.length - 1),
  );
  const heads = columns.map(({ head }) => ({ text: head, paint: display.colors.bold }));
  return [heads, ...rows].flatMap((row) => drawRow(row, widths)).join('\n');
}

function drawRow(row: readonly Cell[], widths: readonly number[]): readonly string[] {
  const [name = '', ...others] = row;
  const [nameWidth = 0] = widths;
  if (textOf(name).length > nameWidth) {
    return [paint(name, textOf(name)), ...drawRow(['', ...others], widths)];
  }
  const lines = row.map((cell, index) => wrapWords(textOf(cell), widths[index] ?? 0));
  const height = Math.max(...lines.map(({ length }) => length));
  return Array.from({ length: height }, (_, number) => {
    const last = lines.findLastIndex((cell) => (cell[number] ?? '') !== '');
    return row
      .slice(0, last + 1)
      .map((cell, index) => drawLine(cell, lines[index]?.[number] ?? '', index === last ? 0 : (widths[index] ?? 0)))
      .join(gap);
  });
}

/** Padding stays unpainted: it would be underlined or inverted on some terminals. */
function drawLine(cell: Cell, text: string, width: number): string {
  return (text === '' ? '' : paint(cell, text)) + ' '.repeat(Math.max(0, width - text.length));
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function paint(cell: Cell, text: string): string {
  return typeof cell === 'string' ? text : cell.paint(text);
}

export interface Column {
  readonly head: string;
  /** Where a cell may be broken when the terminal is too narrow. */
  readonly breaks: 'nowhere' | 'between-words';
}

/** A column of sentences is not made narrower than the first, and on a small screen than the second. */
const leastSentenceWidths = [28, 12] as const;

/**
 * Width of every column. Columns of sentences give way first, down to a width that can still be read; then the first column does, and
 * names that are longer than it have to go elsewhere.
 * @param room for all columns together, gaps not counted
 */
export function fitColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number | 'unlimited',
): readonly number[] {
  const natural = columns.map(({ head }, index) => longest([head, ...rows.map((row) => row[index] ?? '')]));
  if (room === 'unlimited' || sum(natural) <= room) return natural;
  const isSentence = columns.map(({ breaks }) => breaks === 'between-words');
  const sentences = natural.filter((_, index) => isSentence[index]);
  const head = columns[0]?.head.length ?? 0;
  const fixed = sum(natural.filter((_, index) => index > 0 && !isSentence[index]));
  const [readable, smallest] = leastSentenceWidths;
  const least = Math.max(smallest, Math.min(readable, Math.floor((room - head - fixed) / sentences.length)));
  const roomOfNames = room - fixed - sum(sentences.map((width) => Math.min(width, least)));
  const names = rows.map((row) => row[0] ?? '').filter((name) => name.length <= roomOfNames);
  const nameWidth = longest([columns[0]?.head ?? '', ...names]);
  const fitted = shareRoom(sentences, room - nameWidth - fixed, least);
  return natural.map((width, index) =>
    index === 0 ? nameWidth : isSentence[index] ? (fitted.shift() ?? width) : width,
  );
}

/** Each gets what it needs or an equal share of what the narrower ones leave over, but never less than `least`. */
function shareRoom(natural: readonly number[], room: number, least: number): number[] {
  const shares = natural.map(() => 0);
  const narrowFirst = [...natural.keys()].sort((a, b) => (natural[a] ?? 0) - (natural[b] ?? 0));
  let left = room;
  for (const [position, index] of narrowFirst.entries()) {
    const own = natural[index] ?? 0;
    const share = Math.floor(left / (natural.length - position));
    shares[index] = Math.max(Math.min(own, share), Math.min(own, least));
    left -= shares[index];
  }
  return shares;
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

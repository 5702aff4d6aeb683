/** Where a word that is longer than a line may be broken: after these, as in paths, versions and property names. */
const pieces = /[^./:-]*[./:-]|[^./:-]+/g;

/** Breaks text into lines of at most `width` characters: between words, and inside a word only when it is longer than a line. */
export function wrapWords(text: string, width: number | 'unlimited'): readonly string[] {
  if (width === 'unlimited') return [text];
  const lines: string[] = [];
  let line = '';
  const append = (part: string, space: string): void => {
    const longer = line === '' ? part : line + space + part;
    if (longer.length <= width) {
      line = longer;
      return;
    }
    if (line !== '') lines.push(line);
    line = part;
  };
  for (const word of text.split(' ')) {
    const [first = '', ...others] = word.length <= width ? [word] : (word.match(pieces) ?? [word]);
    append(first, ' ');
    for (const piece of others) append(piece, '');
  }
  return [...lines, line];
}

/** A paragraph whose lines all begin in column `indent`. */
export function indentWords(text: string, indent: number, width: number | 'unlimited'): string {
  const space = ' '.repeat(indent);
  const room = width === 'unlimited' ? width : Math.max(width - indent, 20);
  return wrapWords(text, room)
    .map((line) => space + line)
    .join('\n');
}

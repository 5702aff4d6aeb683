/** Text that is HTML already; anything else is escaped where it is put into a page. */
export class Html {
  constructor(readonly text: string) {}
}

export type Content = string | number | Html | readonly Content[] | undefined;

/** A template whose values are escaped, unless they are `Html` themselves; lists are put one after the other, undefined is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.map((part, index) => (index === 0 ? part : toText(values[index - 1]) + part)).join(''));
}

function toText(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(toText).join('');
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

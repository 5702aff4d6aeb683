/** Text of an outside source made fit for reports: no control characters, at most `length` characters. */
export function printable(text: string, length = 120): string {
  // Controls, line separators, and the marks that reorder text for a reader.
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean;
}

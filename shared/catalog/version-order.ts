/** Numbers at the start of a version: `[1, 18, 12]` of `v1.18.12-260811`; empty when there is none. */
function leadingNumbers(version: string): readonly number[] {
  const match = /^[vV]?(\d+(?:\.\d+)*)/.exec(version);
  return match?.[1] === undefined ? [] : match[1].split('.').map(Number);
}

/** Compares by leading numbers only (`v1.18.12-3` equals `1.18.12`); negative when `a` is older. */
export function compareLeadingNumbers(a: string, b: string): number {
  const left = leadingNumbers(a);
  const right = leadingNumbers(b);
  for (let part = 0; part < Math.max(left.length, right.length); part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Orders tags as a person does: `v1.9.0-9` before `v1.9.0-21`, a leading `v` aside. Equal only for equal tags. */
export function compareTags(a: string, b: string): number {
  const left = chunks(a);
  const right = chunks(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = compareChunks(left[index], right[index]);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function chunks(tag: string): readonly string[] {
  return tag.replace(/^v(?=\d)/, '').match(/\d+|\D+/g) ?? [];
}

function compareChunks(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const numeric = Number(a) - Number(b);
  if (!Number.isNaN(numeric)) return numeric;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `v#.#.#-#` for `v1.34.6-1`: tags of one series have one shape. */
export function tagShape(tag: string): string {
  return tag.replace(/\d+/g, '#');
}

/** `1.34` of `v1.34.13-1`; undefined when the tag does not start with two numbers. */
export function minorOfTag(tag: string): string | undefined {
  return /^v?(\d+\.\d+)\./.exec(tag)?.[1];
}

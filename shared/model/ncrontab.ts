/** Least and most of each field of an NCRONTAB expression: second, minute, hour, day, month, day of week. */
const ranges: readonly (readonly [least: number, most: number])[] = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];

/**
 * Whether a text is a schedule of six fields, such as `0 0 3 * * *`: numbers, ranges, lists and steps, no names of months or days.
 * Source: azure-docs functions-bindings-timer.md, "NCRONTAB expressions".
 */
export function isNcrontab(text: string): boolean {
  const fields = text.trim().split(/\s+/);
  return fields.length === ranges.length && ranges.every((range, index) => isField(fields[index] ?? '', range));
}

function isField(field: string, [least, most]: readonly [number, number]): boolean {
  return field.split(',').every((part) => {
    const [, from, to, step] = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (from === undefined && !part.startsWith('*')) return false;
    const low = Number(from ?? least);
    const high = Number(to ?? most);
    return low >= least && high <= most && low <= high && step !== '0';
  });
}

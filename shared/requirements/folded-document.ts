/** Reads a JSON document by paths, names compared without case: ARM spells `omsagent` and `omsAgent` alike. */
export interface FoldedDocument {
  /**
   * Every value at a path such as `addonProfiles.omsagent.enabled`; several only where the document repeats a name in another
   * case, none where a step is missing. Own properties only; lists are not looked into.
   */
  valuesAt(path: string): readonly unknown[];
}

/** Each section is folded once, when a path first leads there: conditions ask the same sections again and again. */
export function foldDocument(root: unknown): FoldedDocument {
  const sections = new Map<object, ReadonlyMap<string, readonly unknown[]>>();
  const known = new Map<string, readonly unknown[]>();

  function childrenOf(value: unknown, name: string): readonly unknown[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return nothing;
    const section = sections.get(value) ?? foldSection(value);
    sections.set(value, section);
    return section.get(name) ?? nothing;
  }

  function read(path: string): readonly unknown[] {
    const end = path.lastIndexOf('.');
    const parents = end < 0 ? [root] : valuesAt(path.slice(0, end));
    if (parents.length === 0) return parents;
    const name = path.slice(end + 1).toLowerCase();
    return parents.length === 1 ? childrenOf(parents[0], name) : parents.flatMap((parent) => childrenOf(parent, name));
  }

  function valuesAt(path: string): readonly unknown[] {
    let found = known.get(path);
    if (found === undefined) known.set(path, (found = read(path)));
    return found;
  }

  return { valuesAt };
}

const nothing: readonly unknown[] = [];

function foldSection(section: object): ReadonlyMap<string, readonly unknown[]> {
  const folded = new Map<string, unknown[]>();
  for (const [key, value] of Object.entries(section)) {
    const name = key.toLowerCase();
    const values = folded.get(name);
    if (values) values.push(value);
    else folded.set(name, [value]);
  }
  return folded;
}

/** The first text at a path; undefined where there is none. */
export function firstText(document: FoldedDocument, path: string): string | undefined {
  return document.valuesAt(path).find((value): value is string => typeof value === 'string');
}

/** Whether a value at a path is the expected one. Text and booleans compare without case: `"true"`, `true` and `True` are one. */
export function hasValue(document: FoldedDocument, path: string, expected: string | boolean): boolean {
  return document.valuesAt(path).some((value) => sameText(value, expected));
}

export function sameText(value: unknown, expected: string | boolean): boolean {
  if (typeof value !== 'string' && typeof value !== 'boolean') return false;
  return String(value).toLowerCase() === String(expected).toLowerCase();
}

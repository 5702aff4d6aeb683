/** A JSON document that a test looks into by path, for example `properties/stages/0/name`. */
export class Doc {
  constructor(readonly value: unknown) {}

  /** Undefined when there is nothing at the path. */
  at(path: string): unknown {
    return path.split('/').reduce<unknown>((node, key) => {
      return typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[key] : undefined;
    }, this.value);
  }

  /** @throws Error when there is no text at the path */
  text(path: string): string {
    const found = this.at(path);
    if (typeof found !== 'string') throw new Error(`no text at ${path}: ${JSON.stringify(this.value)?.slice(0, 500)}`);
    return found;
  }

  /** @throws Error when there is no list at the path */
  list(path: string): readonly Doc[] {
    const found = this.at(path);
    if (!Array.isArray(found)) throw new Error(`no list at ${path}: ${JSON.stringify(this.value)?.slice(0, 500)}`);
    return found.map((item) => new Doc(item));
  }
}

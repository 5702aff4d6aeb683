/** A small generator of its own, so that one number names a whole run. */
export class Chance {
  constructor(private state: number) {}

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * limit);
  }

  /** True in about `part` (0 to 1) of the calls. */
  share(part: number): boolean {
    return this.below(1_000_000) < part * 1_000_000;
  }

  /** @throws Error for an empty list */
  one<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}

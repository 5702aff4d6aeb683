/** A small generator of its own (mulberry32), so that one number names a whole run; neighbouring numbers, unlike runs. */
export class Chance {
  constructor(private state: number) {}

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    const first = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    const second = (first + Math.imul(first ^ (first >>> 7), 61 | first)) ^ first;
    return Math.floor((((second ^ (second >>> 14)) >>> 0) / 2 ** 32) * limit);
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

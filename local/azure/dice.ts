import { createHash } from 'node:crypto';

/**
 * Chance that repeats. A roll depends on the seed, its kind, its subject and how often that subject was rolled before,
 * not on what happens to other subjects meanwhile: concurrency between subjects does not change the outcome.
 */
export class Dice {
  private readonly rolls = new Map<string, number>();

  constructor(private readonly seed: number) {}

  /** True in about `share` (0 to 1) of the rolls. */
  hits(share: number, kind: string, subject: string): boolean {
    return share > 0 && this.fraction(kind, subject) < share;
  }

  /** A number of the range, both ends possible. */
  between(range: readonly [number, number], kind: string, subject: string): number {
    const [low, high] = range;
    return low === high ? low : low + (high - low) * this.fraction(kind, subject);
  }

  private fraction(kind: string, subject: string): number {
    const key = `${kind}\n${subject}`;
    const roll = this.rolls.get(key) ?? 0;
    this.rolls.set(key, roll + 1);
    const hash = createHash('sha256').update(`${this.seed}\n${key}\n${roll}`).digest();
    return hash.readUInt32BE(0) / 0xffff_ffff;
  }
}

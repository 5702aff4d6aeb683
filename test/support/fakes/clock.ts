/** A clock that stands still until a test moves it. */
export class FakeClock {
  #now: number;
  /** Told after every move, for what lives by this clock. */
  onMove: () => void = () => undefined;

  constructor(start = '2026-09-01T08:00:00.000Z') {
    this.#now = Date.parse(start);
  }

  readonly now = (): Date => new Date(this.#now);

  advance(seconds: number): void {
    this.#now += seconds * 1000;
    this.onMove();
  }
}

const windowSeconds = 5;

/** Rate of a growing count over the last 5 s. */
export class Throughput {
  readonly #samples: { readonly seconds: number; readonly count: number }[] = [];

  /** @param seconds time of the sample, never before the last one */
  add(seconds: number, count: number): void {
    this.#samples.push({ seconds, count });
    while ((this.#samples[1]?.seconds ?? seconds) <= seconds - windowSeconds) this.#samples.shift();
  }

  /** Per second; 0 before there are two samples. */
  get rate(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.seconds <= first.seconds) return 0;
    return Math.max(0, last.count - first.count) / (last.seconds - first.seconds);
  }
}

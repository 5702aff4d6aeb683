/** So many requests a minute, all of them at once if need be. Source: azure-facts.md section 4. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** @param now in ms since 1970 */
  constructor(
    private readonly perMinute: number,
    private readonly now: () => number,
  ) {
    this.tokens = perMinute;
    this.filledAt = now();
  }

  /** @returns 0, or the whole seconds until there is a token; a request that is refused costs none */
  take(): number {
    const now = this.now();
    this.tokens = Math.min(this.perMinute, this.tokens + ((now - this.filledAt) / 60_000) * this.perMinute);
    this.filledAt = now;
    if (this.tokens < 1) return Math.max(1, Math.ceil(((1 - this.tokens) * 60) / this.perMinute));
    this.tokens -= 1;
    return 0;
  }
}

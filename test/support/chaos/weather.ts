import type { Chance } from '../chance.js';
import type { FakeClock } from '../fakes/clock.js';

/** Everything that goes wrong, in words for people, with the share of its occasions at which it does in ordinary bad weather. */
export const faults = {
  'message duplicated': 0.02,
  'message lost': 0.01,
  'message seen by two workers': 0.01,
  'worker killed': 0.02,
  'instance recycled': 0.005,
  'event lost': 0.3,
  'event doubled': 0.2,
  'registry answers 429': 0.02,
  'registry answers 424': 0.02,
  'registry answers 5xx': 0.02,
  'registry resets the connection': 0.02,
  'registry times out': 0.01,
  'registry answers, the answer is lost': 0.01,
  'registry cuts the body': 0.01,
  'registry serves other bytes': 0.02,
  'registry forgets for a moment (404)': 0.01,
  'registry refuses the token': 0.01,
  'registry is down': 0.003,
  'MAR answers 429': 0.02,
  'MAR answers 5xx': 0.02,
  'MAR resets the connection': 0.01,
  'MAR serves other bytes': 0.02,
  'MAR forgets for a moment (404)': 0.01,
  'MAR is down': 0.003,
  'MAR serves yesterday for five minutes': 0.5,
  'rule answers 502 for a while': 0.01,
  'caching fails in silence': 0.1,
  'caching takes half an hour': 0.05,
  'layer comes after its manifest': 0.3,
  'import sticks in Running': 0.05,
  'import reports success and did nothing': 0.1,
  'import fails with 200': 0.1,
  'import ends as throttled': 0.1,
  'tag moved at MAR': 0.01,
  'cached repository deleted': 0.01,
  'ARM answers 429': 0.02,
  'ARM answers 5xx': 0.02,
  'ARM refuses': 0.01,
  'ARM forgets a cluster': 0.1,
  'ARM shows a cluster of before': 0.05,
  'ARM approves, the answer is lost': 0.7,
  'cluster changed': 0.003,
  'storage answers 503': 0.01,
  'storage writes, the answer is lost': 0.01,
  'storage writes half': 0.05,
  'clock skew': 1,
} as const satisfies Record<string, number>;

export type Fault = keyof typeof faults;
export type FaultCounts = ReadonlyMap<Fault, number>;

export const faultNames = Object.keys(faults) as readonly Fault[];

/** Part of the faults that a run has: a run of three finds what a run of thirty hides, since there little comes to an end. */
const densities = [0.05, 0.1, 0.2, 0.5] as const;
const strengths = [1, 1, 4] as const;

/** Which faults a run has, how often each strikes, and how often it has struck. */
export class Weather {
  readonly #shares: ReadonlyMap<Fault, number>;
  readonly #until = new Map<string, number>();
  readonly #counts = new Map<Fault, number>();
  readonly #forced = new Set<Fault>();
  #isCalm = true;

  /** @param only these faults and no other, each often; by chance unless given */
  constructor(
    private readonly chance: Chance,
    private readonly clock: FakeClock,
    only: readonly Fault[] = [],
  ) {
    if (only.length > 0) {
      this.#shares = new Map(only.map((fault) => [fault, Math.min(faults[fault] * 4, 1)]));
      return;
    }
    const density = chance.one(densities);
    this.#shares = new Map(
      faultNames.map((fault) => [
        fault,
        chance.share(density) ? Math.min(faults[fault] * chance.one(strengths), 1) : 0,
      ]),
    );
  }

  /** Whether it strikes now. */
  strikes(fault: Fault): boolean {
    if (this.#forced.has(fault)) return true;
    if (this.#isCalm || !this.chance.share(this.#shares.get(fault) ?? 0)) return false;
    this.count(fault);
    return true;
  }

  /** It strikes at every occasion, or not any more. */
  force(fault: Fault, how: 'always' | 'by chance'): void {
    if (how === 'always') this.#forced.add(fault);
    else this.#forced.delete(fault);
  }

  /** Begins something that lasts: `lasts` is true for that subject until then. */
  begin(fault: Fault, subject: string, seconds: number): void {
    this.#until.set(`${fault} ${subject}`, this.clock.now().getTime() + seconds * 1000);
  }

  lasts(fault: Fault, subject: string): boolean {
    return !this.#isCalm && (this.#until.get(`${fault} ${subject}`) ?? 0) > this.clock.now().getTime();
  }

  count(fault: Fault): void {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + 1);
  }

  /** From now on things go wrong. */
  rage(): void {
    this.#isCalm = false;
  }

  /** No fault any more, and none that lasts; so it is in the beginning. */
  calm(): void {
    this.#isCalm = true;
  }

  get counts(): FaultCounts {
    return this.#counts;
  }
}

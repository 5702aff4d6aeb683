const RealDate = Date;
let virtualNow: number | undefined;

/** What `new Date()` and `Date.now()` say from now on, in ms: for classes of the local Azure, which live by the machine's clock. */
export function setDate(now: number): void {
  virtualNow = now;
}

class VirtualDate extends RealDate {
  constructor(...words: readonly unknown[]) {
    super(...((words.length === 0 ? [virtualNow ?? RealDate.now()] : words) as [number]));
  }

  static override now(): number {
    return virtualNow ?? RealDate.now();
  }

  /** Dates made before are dates all the same. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.toString.call(value) === '[object Date]';
  }
}

/** Lets `Date` follow `setDate`, in this process. @returns ends it */
export function useVirtualDate(): () => void {
  globalThis.Date = VirtualDate as DateConstructor;
  return () => {
    globalThis.Date = RealDate;
  };
}

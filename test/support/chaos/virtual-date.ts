const realDate = Date;
let virtualNow: number | undefined;

/** What `new Date()` and `Date.now()` say from now on, in ms: for classes of the local Azure, which live by the machine's clock. */
export function setDate(now: number): void {
  virtualNow = now;
}

/** Lets `Date` follow `setDate`, in this process. @returns ends it */
export function useVirtualDate(): () => void {
  globalThis.Date = new Proxy(realDate, {
    construct: (date, words: unknown[]) =>
      Reflect.construct(date, words.length === 0 && virtualNow !== undefined ? [virtualNow] : words) as Date,
    get: (date, name) => (name === 'now' ? () => virtualNow ?? date.now() : (Reflect.get(date, name) as unknown)),
  });
  return () => {
    globalThis.Date = realDate;
  };
}

/** Of an answer; what has none of that name is null or undefined. */
interface Headers {
  get(name: string): string | null | undefined;
}

const longestSeconds = 3600;
/** RFC 9110 section 5.6.7, the form that is sent; those that are only read for old servers tell nothing here. */
const dateShape = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Seconds that a `Retry-After` asks for, at most an hour (RFC 9110 section 10.2.3). A date counts from the `Date` of the same answer: the
 * server's clock is compared with itself.
 */
export function parseRetryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsBetween(headers.get('date'), text);
  return seconds === undefined ? undefined : Math.min(Math.max(seconds, 0), longestSeconds);
}

function secondsBetween(sent: string | null | undefined, until: string): number | undefined {
  if (!dateShape.test(until)) return undefined;
  const seconds = (new Date(until).getTime() - new Date(sent ?? '').getTime()) / 1000;
  return Number.isNaN(seconds) ? undefined : seconds;
}

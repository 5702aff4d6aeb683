/** Seconds from a `Retry-After` header in its seconds form (RFC 9110 section 10.2.3); at most an hour. */
export function parseRetryAfter(header: string | null): number | undefined {
  if (header === null || !/^\d{1,9}$/.test(header.trim())) return undefined;
  return Math.min(Number(header), 3600);
}

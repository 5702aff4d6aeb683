/** `ENOENT`, `ECONNREFUSED` and the like; undefined for an error of another kind. */
export function errorCodeOf(error: unknown): string | undefined {
  const isObject = typeof error === 'object' && error !== null;
  return isObject && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

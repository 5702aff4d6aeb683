import { SyncError } from '../model/errors.js';

/** What is wrong with input that was refused; undefined for a failure of any other kind. */
export function refusalOf(error: unknown): string | undefined {
  return error instanceof SyncError && error.code === 'INVALID_INPUT' ? error.message : undefined;
}

/** What failed and what to do about it, for any failure that an operator can act on; undefined for a bug. */
export function failureTextOf(error: unknown): string | undefined {
  return error instanceof SyncError ? `${error.message}\n${error.advice}` : undefined;
}

import { SyncError } from '../model/errors.js';

/** What is wrong with input that was refused; undefined for a failure of any other kind. */
export function refusalOf(error: unknown): string | undefined {
  return error instanceof SyncError && error.code === 'INVALID_INPUT' ? error.message : undefined;
}

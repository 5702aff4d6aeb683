import { isRestError } from '@azure/core-rest-pipeline';

/** Source: "Performing entity group transactions": at most 100 entities of one partition. */
export const mostPerBatch = 100;

/** Somebody else wrote first: the row exists (409) or has another ETag (412). */
export function isConflict(error: unknown): boolean {
  return isRestError(error) && (error.statusCode === 409 || error.statusCode === 412);
}

export function isNotFound(error: unknown): boolean {
  return isRestError(error) && error.statusCode === 404;
}

import { isRestError, type RestError } from '@azure/core-rest-pipeline';
import { SyncError, type FailureCode } from '../model/errors.js';
import { parseRetryAfter } from '../model/retry-after.js';

/** What an identity needs for each step of an import. */
const actions = {
  start: 'Microsoft.ContainerRegistry/registries/importImage/action',
  resume: 'Microsoft.ContainerRegistry/locations/operationResults/read',
} as const;

/** Credentials that give no token are no bug: the identity endpoint may be down, or the identity not assigned. */
const outages = ['AuthenticationError', 'AggregateAuthenticationError', 'CredentialUnavailableError', 'AbortError'];

/**
 * What ARM, its poller or our credential threw as something an operator can act on; anything else as it is.
 * ARM tells much in the text alone: an operation may end with 400 around a throttling error of a registry (docker-tools#1062).
 * Codes and wording of what ACR refuses are unverified: what we do not know is tried again.
 * @param where names import and registry
 */
export function importFailureOf(error: unknown, step: keyof typeof actions, where: string): unknown {
  if (!(error instanceof Error) || error instanceof SyncError) return error;
  if (isRestError(error)) return answered(error, step, where);
  const message = `${where}: ${plain(error.message)}`;
  if (outages.includes(error.name)) return new SyncError('ARM_UNAVAILABLE', message, { cause: error });
  if (!/long-running operation has failed|Operation was canceled/i.test(error.message)) return error;
  return new SyncError(codeOfText(error.message) ?? 'IMPORT_FAILED', message, { cause: error });
}

function answered(error: RestError, step: keyof typeof actions, where: string): SyncError {
  const { statusCode: status, code = '' } = error;
  const retryAfterSeconds = error.response && parseRetryAfter(error.response.headers);
  const failure = codeOf(status, `${code} ${error.message}`);
  const hint = failure === 'ARM_FORBIDDEN' ? `, the action that is needed is ${actions[step]}` : '';
  return new SyncError(failure, `${where}: ${status ?? 'no answer'} ${plain(`${code} ${error.message}`)}${hint}`, {
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function codeOf(status: number | undefined, text: string): FailureCode {
  if (status === 401 || status === 403) return 'ARM_FORBIDDEN';
  if (status === 429) return 'ARM_THROTTLED';
  if (status === 404) return 'REGISTRY_NOT_FOUND';
  if (status === undefined || status >= 500) return 'ARM_UNAVAILABLE';
  return codeOfText(text) ?? 'IMPORT_FAILED';
}

function codeOfText(text: string): FailureCode | undefined {
  if (/too ?many ?requests/i.test(text)) return 'ARM_THROTTLED';
  // A rule takes no imports (Azure/acr#845), and an image has at most 50 manifests.
  return /cache ?rule|more than \d+ manifests|too many manifests/i.test(text) ? 'IMPORT_REFUSED' : undefined;
}

/** Without control characters, and short: the text may come from a registry that nobody vouches for. */
function plain(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 300);
}

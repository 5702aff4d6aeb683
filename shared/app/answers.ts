import type { HttpResponseInit } from '@azure/functions';
import { SyncError, type FailureCode } from '../model/errors.js';

/** RFC 9457 problem document. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: FailureCode;
  readonly status: number;
  readonly detail: string;
  readonly advice: string;
}

const statusOf: Partial<Record<FailureCode, number>> = {
  INVALID_INPUT: 400,
  CLUSTER_NOT_FOUND: 404,
  REGISTRY_NOT_FOUND: 404,
  ARM_FORBIDDEN: 502,
  ARM_UNEXPECTED: 502,
};

/** Runs a request; an operable failure becomes a problem document, anything else is a bug and the host's 500 without a body. */
export async function answer(work: () => Promise<HttpResponseInit>): Promise<HttpResponseInit> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return problemOf(error);
  }
}

function problemOf(error: SyncError): HttpResponseInit {
  const status = statusOf[error.code] ?? 503;
  const document: ProblemDetails = {
    type: 'about:blank',
    title: error.code,
    status,
    detail: error.message,
    advice: error.advice,
  };
  const retry = error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) };
  return { status, headers: { 'content-type': 'application/problem+json', ...retry }, body: JSON.stringify(document) };
}

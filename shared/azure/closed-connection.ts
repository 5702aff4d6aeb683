import { retryPolicy, type PipelinePolicy, type RetryStrategy } from '@azure/core-rest-pipeline';

const closedConnection: RetryStrategy = {
  name: 'closedConnection',
  retry: ({ responseError }) => (responseError?.code === 'ECONNRESET' ? { retryAfterInMs: 0 } : { skipStrategy: true }),
};

/**
 * A connection that was kept open may be closed by the server just as the next request is sent on it: asked again at once, on a new one.
 * For requests that may arrive twice.
 */
export const retryClosed: PipelinePolicy = retryPolicy([closedConnection], { maxRetries: 1 });

/** The same where only what reads may arrive twice: of a change that was not answered nobody knows whether it was made. */
export const retryClosedReads: PipelinePolicy = {
  name: 'retryClosedReads',
  sendRequest: (request, next) => (request.method === 'GET' ? retryClosed.sendRequest(request, next) : next(request)),
};

import { createHttpHeaders, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { parseRetryAfter } from '../model/retry-after.js';
import type { RequestWatch } from '../oci/watched-fetch.js';
import type { BudgetAccount } from '../warming/ports.js';

/** As `watchFetch`, for the clients of Azure Resource Manager: in a pause they get the 429 again, and nothing is sent. */
export function watchPolicy(watch: RequestWatch): PipelinePolicy {
  return {
    name: 'watchPolicy',
    async sendRequest(request, next) {
      const operation = request.method === 'GET' || request.method === 'HEAD' ? 'arm-read' : 'arm-write';
      const account: BudgetAccount = { registry: 'arm', operation };
      const paused = watch.pauseOf(account);
      if (paused > 0) {
        const headers = createHttpHeaders({ 'retry-after': String(Math.ceil(paused)) });
        return {
          request,
          headers,
          status: 429,
          bodyAsText: '{"error":{"code":"TooManyRequests","message":"not sent: ARM asked for a pause"}}',
        };
      }
      const response = await next(request);
      const retryAfterSeconds = parseRetryAfter(response.headers);
      const refused = response.status === 429 || response.status === 503;
      // ARM also says `Retry-After` where an operation is to be asked after later.
      const answer = refused && retryAfterSeconds !== undefined ? { retryAfterSeconds } : {};
      watch.observe(account, { status: response.status, ...answer });
      if (response.status === 429) await watch.announce('arm');
      return response;
    },
  };
}

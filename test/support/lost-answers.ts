import { TableClient } from '@azure/data-tables';
import { RestError, type PipelinePolicy } from '@azure/core-rest-pipeline';
import type { TableName } from '../../shared/azure/storage.js';

/** A table to which some writes go through while their answers get lost on the way back, so that the client sends them again. */
export interface ForgetfulTable {
  readonly table: TableClient;
  /** @param fates of the writes that are sent next, in their order: whether the answer is lost. Those after them are answered. */
  readonly lose: (...fates: readonly boolean[]) => void;
  /** Runs between the write whose answer is lost and the client's second try. */
  readonly meanwhile: (work: () => Promise<unknown>) => void;
}

/** The SDK's own client with its own retries, which only wait less than in production. */
export function forgetfulTable(connectionString: string, name: TableName): ForgetfulTable {
  let fates: readonly boolean[] = [];
  let meanwhile: () => Promise<unknown> = async () => undefined;
  const policy: PipelinePolicy = {
    name: 'lostAnswers',
    async sendRequest(request, next) {
      const [isLost = false, ...others] = request.method === 'GET' ? [] : fates;
      if (request.method !== 'GET') fates = others;
      const answer = await next(request);
      if (!isLost) return answer;
      await meanwhile();
      throw new RestError('socket hang up', { code: 'ECONNRESET', request });
    },
  };
  const table = TableClient.fromConnectionString(connectionString, name, {
    allowInsecureConnection: true,
    retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 1, maxRetries: 10 },
    additionalPolicies: [{ policy, position: 'perRetry' }],
  });
  return { table, lose: (...next) => void (fates = next), meanwhile: (work) => void (meanwhile = work) };
}

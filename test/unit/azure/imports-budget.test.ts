import { createHttpHeaders, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { ArmImports } from '../../../shared/azure/imports.js';
import { watchPolicy } from '../../../shared/azure/watch-policy.js';
import { limitsUnder, OwnLedgers } from '../../../shared/warming/budget-ledger.js';
import { SharedBudgets } from '../../../shared/warming/budgets.js';
import { stateOf } from '../../support/builders.js';
import { FakeClock } from '../../support/fakes/clock.js';

test('once ARM asks for a pause, no further import is sent until it is over', async () => {
  const budgets = new SharedBudgets(
    new OwnLedgers(),
    limitsUnder({ share: 0.5, marReadsPerMinute: 3000 }),
    new FakeClock().now,
  );
  let sent = 0;
  const arm: PipelinePolicy = {
    name: 'arm',
    sendRequest: async (request) => {
      sent += 1;
      return { request, status: 429, headers: createHttpHeaders({ 'retry-after': '60' }), bodyAsText: '{}' };
    },
  };
  const credential = { getToken: async () => ({ token: 'secret', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const endpoint = 'https://management.azure.com';
  const policies = [watchPolicy(budgets), arm];
  const imports = new ArmImports(credential, endpoint, endpoint, 'mcr.microsoft.com', policies);
  const { registry, repository, digest, tag } = stateOf();
  const start = () => imports.start(registry, { repository, digest }, { repository, tag });
  await expect(start()).rejects.toMatchObject({ code: 'ARM_THROTTLED', retryAfterSeconds: 60 });
  await expect(start()).rejects.toMatchObject({ code: 'ARM_THROTTLED', retryAfterSeconds: 60 });
  expect(sent).toBe(1);
});

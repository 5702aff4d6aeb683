import { resolve } from 'node:path';
import { HostStartError, startHost } from '../../local/host/start-host.js';

const enough = {
  SUBSCRIPTION_ID: '11111111-2222-3333-4444-555555555555',
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
};

/** What a host writes that starts the built app with these settings and does not get far. */
async function failToStart(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  try {
    const host = await startHost({ app: resolve('.'), env });
    await host.kill('SIGKILL');
  } catch (error) {
    if (error instanceof HostStartError) return error.lines;
    throw error;
  }
  throw new Error('the host started');
}

test('a missing setting stops the host at start, in one line', async () => {
  const lines = await failToStart({ AzureWebJobsStorage: enough.AzureWebJobsStorage });
  expect(lines.at(-1)).toContain('setting SUBSCRIPTION_ID: got nothing, wants a subscription id (a GUID)');
});

test('a wrong setting stops the host at start, in one line', async () => {
  const lines = await failToStart({ ...enough, GATE_MODE: 'on' });
  expect(lines.at(-1)).toContain('setting GATE_MODE: got "on", wants observe or enforce');
});

test('a wrong connection string stops the host without being shown', async () => {
  const lines = await failToStart({ ...enough, AzureWebJobsStorage: 'AccountKy=c2VjcmV0' });
  expect(lines.at(-1)).toContain('setting AzureWebJobsStorage: got 18 characters, wants the connection string');
  expect(lines.join('\n')).not.toContain('c2VjcmV0');
});

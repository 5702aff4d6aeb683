import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalAzure } from '../../../../local/azure/local-azure.js';
import type { LocalAzure } from '../../../../local/azure/local-azure-interface.js';
import { parseScenario } from '../../../../local/azure/scenario-file.js';
import type { HostExit, StartedHost } from '../../../../local/host/start-host.js';
import { playScenario } from '../../../../local/runner/play.js';
import type { Session } from '../../../../local/runner/session.js';
import { aStatus } from './snapshots.js';

const silent = { show: () => undefined, end: () => undefined };

/** A local Azure of one cluster, and an app that only ever answers what `status` gives. */
describe('a run of a scenario', () => {
  const cluster = { name: 'payments', resourceGroup: 'rg', kubernetesVersion: '1.34.10', artifactSource: 'Direct' };
  const clusters = [{ ...cluster, pools: [{ name: 'system' }] }];
  const expected = { clusters: [{ name: 'payments', kubernetesVersion: '1.34.10', isolated: false }] };
  let azure: LocalAzure;
  let server: Server;
  let status: object = {};
  let end: (exit: HostExit) => void;

  beforeEach(async () => {
    server = createServer((_request, response) => response.end(JSON.stringify(status)));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(async () => {
    server.close();
    await azure.close();
  });

  async function open(timeoutSeconds: number): Promise<Session> {
    azure = await startLocalAzure(parseScenario({ name: 'x', timeoutSeconds, clusters, expect: expected }, 'test'));
    const host: StartedHost = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      pid: 0,
      keys: { master: 'm', default: 'd', eventGrid: 'e' },
      functions: [],
      failures: [],
      lastLogLines: () => ['the last words'],
      kill: () => host.exited,
      exited: new Promise((resolve) => (end = resolve)),
    };
    return { azure, host, storage: neverUsed(), restartHost: neverUsed, close: neverUsed };
  }

  const leftAlone = () => aStatus([], { clusters: [{ ...aStatus().clusters[0]!, isolated: false, targets: [] }] });

  test('ends as soon as its expectations hold', async () => {
    status = leftAlone();
    const { differences, snapshot } = await playScenario(await open(300), silent);
    expect(differences).toEqual([]);
    expect(snapshot.elapsedSeconds).toBeLessThan(300);
  });

  test('ends after its time with what differs', async () => {
    status = aStatus([]);
    const { differences } = await playScenario(await open(1), silent);
    expect(differences).toEqual([{ subject: 'cluster payments', expected: 'left alone', actual: 'network isolated' }]);
  });

  test('says so when the app answers something else than a status', async () => {
    status = { clusters: 'none' };
    const { differences } = await playScenario(await open(1), silent);
    expect(differences[0]).toMatchObject({
      subject: 'the app',
      actual: expect.stringContaining('registries') as string,
    });
  });

  test('fails with the last lines of the log when the host ends', async () => {
    status = aStatus([]);
    const run = playScenario(await open(300), silent);
    setTimeout(() => end({ code: 1, signal: null }), 100);
    await expect(run).rejects.toThrow('The Functions host ended (exit code 1). Its last lines:\nthe last words');
  });
});

/** For parts of a session that playing does not touch. */
function neverUsed(): never {
  return undefined as never;
}

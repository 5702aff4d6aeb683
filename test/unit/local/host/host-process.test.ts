import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startHost } from '../../../../local/host/start-host.js';
import { createHostBench, enqueue, eventually, fixtures, type HostBench } from './running-host.js';

describe('the process of a Functions host', () => {
  let bench: HostBench;
  beforeAll(async () => {
    bench = await createHostBench();
  });
  afterAll(() => bench.close());

  test('does not start when an entry point throws, and says which and why', async () => {
    await expect(startHost({ app: join(fixtures, 'broken'), env: {} })).rejects.toThrow(
      /exit code 1[^]*entry point "functions\/throws.js": GATE_MODE must be enforce or observe/,
    );
  });

  test('serves an app that streams, below an empty route prefix', async () => {
    const host = await startHost({ app: join(fixtures, 'streaming'), env: {} });
    const response = await fetch(`${host.url}/upper`, { method: 'POST', headers: { 'x-seen': 'yes' }, body: 'abc' });
    expect([response.status, response.headers.get('x-seen'), await response.text()]).toEqual([202, 'yes', 'ABC']);
    await host.kill('SIGKILL');
  });

  test('after SIGKILL, the next host has the same keys, takes the message again and makes up for the missed timer', async () => {
    const goOn = join(bench.stateFolder, 'go-on');
    const nightly = join(bench.stateFolder, 'timers', 'nightly.json');
    const first = await bench.start({ HOST_QUEUE_LOCK_SECONDS: '2' });
    await enqueue(bench.queue('work'), JSON.stringify({ waitFor: goOn, case: 'kill' }));
    await eventually(() => (existsSync(nightly) && bench.journal('take').length > 0 ? true : undefined));
    expect(await first.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(bench.journal('done')).toEqual([]);
    // Once, unless the first host was itself held up for longer than its lock.
    const taken = bench.journal('take').length;
    await missTheRun(nightly);
    await writeFile(goOn, '');

    const second = await bench.start();
    expect(second.keys).toEqual(first.keys);
    await eventually(() => bench.journal('done'));
    const takes = bench.journal('take').map(({ metadata }) => (metadata as { dequeueCount: number }).dequeueCount);
    expect(takes).toEqual(Array.from({ length: taken + 1 }, (_unused, index) => index + 1));
    expect(await eventually(() => bench.journal('nightly'))).toMatchObject([{ timer: { isPastDue: true } }]);

    await enqueue(bench.queue('work'), '{"waitMs":1500,"case":"drain"}');
    await eventually(() => bench.journal('take')[taken + 1]);
    expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(bench.journal('done')).toHaveLength(2);
    expect(bench.journal().at(-1)).toEqual({ at: 'appTerminate', started: true });
  });

  async function missTheRun(file: string): Promise<void> {
    const status = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...status, next: '2026-01-01T03:00:00.000Z' }));
  }
});

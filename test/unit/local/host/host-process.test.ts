import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startHost } from '../../../../local/host/start-host.js';
import { createHostBench, enqueue, eventually, fixtures, type HostBench, type JournalEntry } from './running-host.js';

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
    const first = await bench.start();
    await enqueue(bench.queue('work'), JSON.stringify({ waitFor: goOn, case: 'kill' }));
    const [taken] = await eventually(() => bench.journal('take'));
    await eventually(() => readSchedule(nightly));
    expect(await first.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(bench.journal('done')).toEqual([]);
    await missTheRun(nightly);
    await writeFile(goOn, '');
    await endLock(taken);

    const second = await bench.start();
    expect(second.keys).toEqual(first.keys);
    await eventually(() => bench.journal('done'));
    const takes = bench.journal('take').map(({ metadata }) => (metadata as { dequeueCount: number }).dequeueCount);
    expect(takes).toEqual([1, 2]);
    expect(await eventually(() => bench.journal('nightly'))).toMatchObject([{ timer: { isPastDue: true } }]);

    const end = join(bench.stateFolder, 'end');
    await enqueue(bench.queue('work'), JSON.stringify({ waitFor: end, case: 'drain' }));
    await eventually(() => bench.journal('take')[2]);
    const ended = second.kill('SIGTERM');
    await eventually(() => second.lastLogLines().find((line) => line.includes('Stopping (SIGTERM)')));
    await writeFile(end, '');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(bench.journal('done')).toHaveLength(2);
    expect(bench.journal().at(-1)).toEqual({ at: 'appTerminate', started: true });
  });

  async function missTheRun(file: string): Promise<void> {
    await writeFile(file, JSON.stringify({ ...readSchedule(file), next: '2020-01-01T03:00:00.000Z' }));
  }

  /** What happens ten minutes after the death of a host: its messages can be seen again. */
  async function endLock(entry: JournalEntry | undefined): Promise<void> {
    const { id, popReceipt } = entry?.['metadata'] as { id: string; popReceipt: string };
    await bench.queue('work').updateMessage(id, popReceipt, undefined, 0);
  }
});

/** Undefined as long as it is not written whole. */
function readSchedule(file: string): object | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as object;
  } catch {
    return undefined;
  }
}

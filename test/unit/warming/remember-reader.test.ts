import { SyncError } from '../../../shared/model/errors.js';
import { RememberingReader } from '../../../shared/warming/remember-reader.js';
import { minutes } from '../../support/builders.js';
import { FakeClock } from '../../support/fakes/clock.js';
import { FakeMar } from '../../support/fakes/fake-manifests.js';

function arrange() {
  const clock = new FakeClock();
  const mar = new FakeMar();
  mar.put('oss/pause', '3.10');
  return { clock, mar, reader: new RememberingReader(mar, minutes(5), clock.now) };
}

test('asks once for what many ask for, also at the same time, and again when the time is over', async () => {
  const { clock, mar, reader } = arrange();
  await Promise.all([reader.get('oss/pause', '3.10'), reader.get('oss/pause', '3.10'), reader.tags('oss/pause')]);
  clock.advance(299);
  await reader.get('oss/pause', '3.10');
  await reader.tags('oss/pause');
  expect(mar.requests).toBe(2);
  const moved = mar.put('oss/pause', '3.10', 'rebuilt');
  clock.advance(1);
  expect((await reader.get('oss/pause', '3.10')).digest).toBe(moved.digest);
});

test('does not remember failures, and never a HEAD', async () => {
  const { mar, reader } = arrange();
  mar.fault = () => {
    throw new SyncError('REGISTRY_THROTTLED', '429');
  };
  await expect(reader.get('oss/pause', '3.10')).rejects.toMatchObject({ code: 'REGISTRY_THROTTLED' });
  mar.fault = () => undefined;
  await reader.get('oss/pause', '3.10');
  await reader.head('oss/pause', '3.10');
  await reader.head('oss/pause', '3.10');
  expect(mar.requests).toBe(4);
});

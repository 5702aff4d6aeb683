import type { HoldRecord, Holds } from '../../shared/gate/maintenance/maintenance-ports.js';
import { before, clusterId, minutes, now } from '../support/builders.js';

const told: HoldRecord = {
  clusterId: clusterId(),
  configuration: 'aksManagedNodeOSUpgradeSchedule',
  state: 'without-configuration',
  before: null,
  since: before(minutes(9)),
  recordedAt: now,
  reasons: ['1.34.7 is closed', 'ä "quoted"'],
};
const held: HoldRecord = {
  ...told,
  ...{ configuration: 'aksManagedAutoUpgradeSchedule', state: 'placing', created: true },
  ...{ entry: { start: '2026-09-01', end: '2026-09-04' }, replaces: { start: '2026-08-30', end: '2026-09-02' } },
  before: { properties: { maintenanceWindow: { notAllowedDates: null, aFieldOfTomorrow: [1] } } },
  ...{ alike: 1, heldSince: before(minutes(5)), refusedAt: before(minutes(1)) },
};

export function holdsContract(open: () => Promise<Holds>): void {
  let holds: Holds;
  beforeEach(async () => {
    holds = await open();
  });

  test('gives back what was written, however the id of the cluster is spelled', async () => {
    await holds.save(held, undefined);
    await holds.save(told, undefined);
    await holds.save({ ...told, clusterId: clusterId('two') }, undefined);
    const own = (await holds.ofCluster(clusterId().toUpperCase())).map(({ record }) => record);
    expect([...own].sort((a, b) => a.configuration.localeCompare(b.configuration))).toEqual([held, told]);
    expect(await holds.list()).toHaveLength(3);
  });

  test('replaces only the version that was read, and of two first writers one wins', async () => {
    const results = await Promise.all([holds.save(held, undefined), holds.save(held, undefined)]);
    const [etag] = results.filter((one) => one !== undefined);
    expect(results.filter((one) => one === undefined)).toHaveLength(1);
    const next = await holds.save({ ...held, state: 'held' }, etag);
    expect(next).toBeDefined();
    expect(await holds.save({ ...held, state: 'releasing' }, etag)).toBeUndefined();
    expect(await holds.list()).toMatchObject([{ state: 'held' }]);
  });

  test('removes only the version that was read', async () => {
    const etag = (await holds.save(held, undefined)) ?? '';
    const next = (await holds.save({ ...held, state: 'held' }, etag)) ?? '';
    expect(await holds.remove({ record: held, etag })).toBe(false);
    expect(await holds.remove({ record: held, etag: next })).toBe(true);
    expect(await holds.remove({ record: held, etag: next })).toBe(false);
    expect(await holds.list()).toEqual([]);
    expect(await holds.save(held, next)).toBeUndefined();
  });
}

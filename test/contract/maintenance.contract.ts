import type {
  ConfigurationName,
  MaintenanceConfiguration,
  MaintenanceConfigurations,
  MaintenanceDocument,
} from '../../shared/gate/maintenance/maintenance-ports.js';

export interface OpenMaintenance {
  readonly configurations: MaintenanceConfigurations;
  readonly clusterId: string;
  /** What a person does meanwhile; undefined deletes. */
  readonly edit: (name: ConfigurationName, document: MaintenanceDocument | undefined) => void;
  /** AKS begins to work on the cluster. */
  readonly beginOperation: () => void;
}

const name = 'aksManagedAutoUpgradeSchedule';
const christmas = { start: '2026-12-23', end: '2027-01-03' };
const ours = { start: '2026-11-23', end: '2026-11-26' };

function windowed(changes: Readonly<Record<string, unknown>> = {}): MaintenanceDocument {
  const schedule = { weekly: { intervalWeeks: 1, dayOfWeek: 'Sunday' } };
  const plain = { schedule, durationHours: 8, utcOffset: '+01:00', startTime: '22:00', startDate: '2099-01-01' };
  return { properties: { maintenanceWindow: { ...plain, ...changes }, aFieldOfTomorrow: { kept: [1, 'ä'] } } };
}

const own = windowed({ notAllowedDates: [christmas] });
const held = windowed({ notAllowedDates: [christmas, ours] });

/** What every access to maintenance configurations does, with ETags and without. */
export function maintenanceContract(open: () => Promise<OpenMaintenance>): void {
  async function find({ configurations, clusterId }: OpenMaintenance): Promise<MaintenanceConfiguration | undefined> {
    return (await configurations.list(clusterId)).find((one) => one.name === name);
  }

  test('a configuration is read whole and replaced whole, fields of tomorrow included', async () => {
    const azure = await open();
    azure.edit(name, own);
    const before = await find(azure);
    expect(before?.document).toMatchObject(own);
    const document = { ...before?.document, ...held };
    expect(await azure.configurations.put(azure.clusterId, name, document, before)).toMatchObject({
      result: 'done',
      document: held,
    });
    expect((await find(azure))?.document['properties']).toEqual(held['properties']);
    const none = await azure.configurations.list(azure.clusterId.toUpperCase());
    expect(none.map((one) => one.name)).toEqual([name]);
  });

  test.each([
    ['changed', windowed({ notAllowedDates: [] })],
    ['deleted', undefined],
  ])('one that a person %s since it was read is not overwritten', async (_how, document) => {
    const azure = await open();
    azure.edit(name, own);
    const before = await find(azure);
    azure.edit(name, document);
    expect(await azure.configurations.put(azure.clusterId, name, held, before)).toMatchObject({ result: 'conflict' });
    expect((await find(azure))?.document['properties']).toEqual(document?.['properties']);
  });

  test('one that a person made meanwhile is not overwritten by a new one', async () => {
    const azure = await open();
    azure.edit(name, own);
    expect(await azure.configurations.put(azure.clusterId, name, held, undefined)).toMatchObject({
      result: 'conflict',
    });
    expect((await find(azure))?.document['properties']).toEqual(own['properties']);
  });

  test('one is made, and deleted as it was made', async () => {
    const azure = await open();
    await azure.configurations.put(azure.clusterId, name, held, undefined);
    const made = await find(azure);
    expect(made).toBeDefined();
    if (made) expect(await azure.configurations.remove(azure.clusterId, made)).toMatchObject({ result: 'done' });
    expect(await find(azure)).toBeUndefined();
    if (made) expect(await azure.configurations.remove(azure.clusterId, made)).toMatchObject({ result: 'done' });
  });

  test('one that a person changed is not deleted', async () => {
    const azure = await open();
    azure.edit(name, held);
    const before = await find(azure);
    azure.edit(name, own);
    if (before)
      expect(await azure.configurations.remove(azure.clusterId, before)).toMatchObject({ result: 'conflict' });
    expect((await find(azure))?.document['properties']).toEqual(own['properties']);
  });

  test('a start date of the past is refused in words that name it, and one that is left out becomes today', async () => {
    const azure = await open();
    const past = windowed({ startDate: '2023-07-14' });
    const refused = await azure.configurations.put(azure.clusterId, name, past, undefined);
    expect(refused).toMatchObject({
      result: 'refused',
      reason: expect.stringContaining('maintenanceWindow.startDate') as string,
    });
    const { startDate: _none, ...window } = (own['properties'] as { maintenanceWindow: Record<string, unknown> })
      .maintenanceWindow;
    const done = await azure.configurations.put(
      azure.clusterId,
      name,
      { properties: { maintenanceWindow: window } },
      undefined,
    );
    expect(JSON.stringify(done)).toMatch(/"startDate":"20\d\d-\d\d-\d\d"/);
  });

  test('while AKS works on the cluster nothing is changed', async () => {
    const azure = await open();
    azure.edit(name, own);
    const before = await find(azure);
    azure.beginOperation();
    expect(await azure.configurations.put(azure.clusterId, name, held, before)).toMatchObject({ result: 'busy' });
    if (before) expect(await azure.configurations.remove(azure.clusterId, before)).toMatchObject({ result: 'busy' });
    expect((await find(azure))?.document['properties']).toEqual(own['properties']);
  });
}

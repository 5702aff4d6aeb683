import { z } from 'zod';
import { maintenanceNames } from './maintenance.js';
import { name, seconds, version } from './scenario-values.js';

/** As the app tells them. */
const holdStates = [
  ...(['placing', 'held', 'releasing', 'would-hold', 'covered', 'overridden'] as const),
  ...(['without-configuration', 'unholdable', 'refused'] as const),
] as const;

const configurationName = z.enum(maintenanceNames);

export const maintenanceConfiguration = z.strictObject({
  name: configurationName.describe('Which maintenance it governs.'),
  properties: z
    .record(z.string(), z.json())
    .describe("ARM's `properties`, raw: `maintenanceWindow` with schedule, notAllowedDates and so on."),
});

export const autoUpgrade = z.strictObject({
  kubernetesVersion: version.describe('Version that it goes to.'),
  afterSeconds: seconds
    .default(5)
    .describe(
      'From then on, counted from `play`, it begins as soon as no entry of `aksManagedAutoUpgradeSchedule` forbids it; schedules are not waited for.',
    ),
  seconds: seconds.default(1).describe('How long it takes.'),
});

export const expectedHold = z.strictObject({
  cluster: name.describe('A cluster of this scenario.'),
  configuration: configurationName.describe('One of its maintenance configurations.'),
  state: z
    .enum(['none', ...holdStates])
    .describe('What the app says of it at the end; `none`: nothing, as nothing is held.'),
  entries: z.int().min(0).optional().describe('How many `notAllowedDates` it has in Azure then; unset: not looked at.'),
});

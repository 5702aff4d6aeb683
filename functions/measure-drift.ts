import { app } from '@azure/functions';
import { application } from '../shared/app.js';

const { app: sync, config } = application();

/** Timer: compares what was predicted with what was pulled, and learns from what escaped. */
app.timer('measure-drift', {
  schedule: config.driftSchedule,
  handler: async (_timer, context) => {
    const { failures, ...counts } = await sync.measureDrift();
    context.log(`drift: ${JSON.stringify(counts)}`);
    for (const failure of failures) context.warn(`drift: ${failure}`);
  },
});

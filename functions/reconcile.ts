import { app } from '@azure/functions';
import { application } from '../shared/app.js';

const { app: sync, config } = application();

/** Timer: looks at the subscription by itself, since events get lost. */
app.timer('reconcile', {
  schedule: config.reconcileSchedule,
  handler: async (_timer, context) => {
    const round = await sync.reconcile();
    const { failures, ...counts } = round;
    context.log(`reconciled: ${JSON.stringify(counts)}`);
    for (const failure of failures) context.warn(`reconcile: ${failure}`);
    // What alerts and the workbook read: infra/modules/alerts.bicep.
    context.log(`health: ${JSON.stringify(await sync.health(round))}`);
  },
});

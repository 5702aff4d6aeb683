import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { parsePlanTask } from '../shared/app/messages.js';
import { recordPoison } from '../shared/app/receive.js';

const { app: sync } = application();

/** Queue `plan-poison`: records a message that the worker gave up on, with the reason; reconciliation finds the work again. */
app.storageQueue('poisoned-plan', {
  queueName: 'plan-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => recordPoison('plan', message, context, sync, parsePlanTask),
});

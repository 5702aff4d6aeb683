import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { parseGateTask } from '../shared/app/messages.js';
import { recordPoison } from '../shared/app/receive.js';

const { app: sync } = application();

/** Queue `gate-poison`: records a message that the worker gave up on, with the reason; reconciliation finds the work again. */
app.storageQueue('poisoned-gate', {
  queueName: 'gate-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => recordPoison('gate', message, context, sync, parseGateTask),
});

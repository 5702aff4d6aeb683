import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { parseWarmTask } from '../shared/app/messages.js';
import { recordPoison } from '../shared/app/receive.js';

const { app: sync } = application();

/** Queue `warm-poison`: records a message that the worker gave up on, with the reason; reconciliation finds the work again. */
app.storageQueue('poisoned-warm', {
  queueName: 'warm-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => recordPoison('warm', message, context, sync, parseWarmTask),
});

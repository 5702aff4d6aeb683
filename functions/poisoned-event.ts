import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { recordLostEvent } from '../shared/app/receive.js';

const { app: sync } = application();

/** Queue `events-poison`: tells of an event whose work kept failing; what it was about, reconciliation finds by itself. */
app.storageQueue('poisoned-event', {
  queueName: 'events-poison',
  connection: 'AzureWebJobsStorage',
  handler: (event, context) => recordLostEvent(event, context, sync),
});

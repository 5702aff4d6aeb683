import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { receive } from '../shared/app/receive.js';
import { takeEvent } from '../shared/app/take-events.js';

const { app: sync } = application();

/** Queue `events`: Event Grid delivers here where it reaches no function, one event a message. A throw gives the message back. */
app.storageQueue('event-received', {
  queueName: 'events',
  connection: 'AzureWebJobsStorage',
  handler: (event, context) =>
    receive(event, context, sync, () => takeEvent(event, ['cluster', 'scheduled', 'fleet'], sync)),
});

import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { parseGateTask } from '../shared/app/messages.js';

const { app: sync } = application();

/** Queue `gate`: judges one target or one Fleet gate. A throw gives the message back. */
app.storageQueue('evaluate-gate', {
  queueName: 'gate',
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    context.log(await sync.evaluate(parseGateTask(message)));
  },
});

import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { deliveriesOf, parseWarmTask } from '../shared/app/messages.js';

const { app: sync } = application();

/** Queue `warm`: one step of one artifact. A throw gives the message back; malformed messages end in `warm-poison`. */
app.storageQueue('warm-artifact', {
  queueName: 'warm',
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    context.log(await sync.warm(parseWarmTask(message), deliveriesOf(context.triggerMetadata)));
  },
});

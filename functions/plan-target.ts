import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { deliveriesOf, parsePlanTask } from '../shared/app/messages.js';

const { app: sync } = application();

/** Queue `plan`: computes what one cluster will pull for one version. A throw gives the message back. */
app.storageQueue('plan-target', {
  queueName: 'plan',
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    context.log(await sync.plan(parsePlanTask(message), deliveriesOf(context.triggerMetadata)));
  },
});

import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { receive } from '../shared/app/receive.js';
import { takeEvent } from '../shared/app/take-events.js';

const { app: sync } = application();

/** Event Grid `ScheduledEventEmitted`: plans the clusters that AKS is about to change by itself. A throw makes Event Grid try again. */
app.eventGrid('upgrade-scheduled', {
  handler: (event, context) => receive(event, context, sync, () => takeEvent(event, ['scheduled'], sync)),
});

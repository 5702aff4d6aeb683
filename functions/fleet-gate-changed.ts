import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { receive } from '../shared/app/receive.js';
import { takeEvent } from '../shared/app/take-events.js';

const { app: sync } = application();

/** Event Grid `FleetGateCreated` and `FleetGateUpdated`: has the gate judged. A throw makes Event Grid try again. */
app.eventGrid('fleet-gate-changed', {
  handler: (event, context) => receive(event, context, sync, () => takeEvent(event, ['fleet'], sync)),
});

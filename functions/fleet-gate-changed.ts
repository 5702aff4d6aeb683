import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { parseFleetEvent } from '../shared/app/events.js';
import { receive } from '../shared/app/receive.js';

const { app: sync } = application();

/** Event Grid `FleetGateCreated` and `FleetGateUpdated`: has the gate judged. A throw makes Event Grid try again. */
app.eventGrid('fleet-gate-changed', {
  handler: (event, context) =>
    receive(event, context, sync, async () => {
      const parsed = parseFleetEvent(event);
      if (parsed.kind === 'ignored') return `ignored an event of type ${parsed.eventType}`;
      await sync.considerFleetGate(parsed.gateId);
      return `will judge ${parsed.gateId}`;
    }),
});

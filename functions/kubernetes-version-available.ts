import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { receive } from '../shared/app/receive.js';
import { takeEvent } from '../shared/app/take-events.js';

const { app: sync } = application();

/** Event Grid `NewKubernetesVersionAvailable`: plans the cluster for the versions that it can upgrade to now. A throw makes Event Grid try again. */
app.eventGrid('kubernetes-version-available', {
  handler: (event, context) => receive(event, context, sync, () => takeEvent(event, ['cluster'], sync)),
});

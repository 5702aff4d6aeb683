import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { parseClusterEvent } from '../shared/app/events.js';
import { receive } from '../shared/app/receive.js';

const { app: sync } = application();

/** Event Grid `NewKubernetesVersionAvailable`: plans the cluster for the versions that it can upgrade to now. A throw makes Event Grid try again. */
app.eventGrid('kubernetes-version-available', {
  handler: (event, context) =>
    receive(event, context, sync, async () => {
      const parsed = parseClusterEvent(event);
      if (parsed.kind === 'ignored') return `ignored an event of type ${parsed.eventType}`;
      const { clusters } = await sync.syncCluster(parsed.cluster);
      return clusters.map(({ name, targets, finding }) => `${name}: ${targets.join(', ') || finding}`).join('; ');
    }),
});

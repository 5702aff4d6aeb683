import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { parseScheduledEvent } from '../shared/app/events.js';
import { receive } from '../shared/app/receive.js';

const { app: sync } = application();

/** Event Grid `ScheduledEventEmitted`: plans the clusters that AKS is about to change by itself. A throw makes Event Grid try again. */
app.eventGrid('upgrade-scheduled', {
  handler: (event, context) =>
    receive(event, context, sync, async () => {
      const parsed = parseScheduledEvent(event);
      if (parsed.kind === 'ignored') return `ignored an event of type ${parsed.eventType}`;
      const lines: string[] = [];
      for (const cluster of parsed.clusters) {
        const { name, targets, finding } = await sync.prepareUpgrade(cluster, parsed.versions, parsed.notice);
        lines.push(`${name}: ${targets.join(', ') || finding}`);
      }
      return lines.join('; ');
    }),
});

import { app } from '@azure/functions';
import { application } from '../shared/app.js';

const { app: sync, config } = application();

/** Timer: reads the sources of the catalogue anew. A source that fails keeps its last good copy and becomes a problem. */
app.timer('refresh-catalog', {
  schedule: config.catalogSchedule,
  handler: async (_timer, context) => {
    const { sources } = await sync.refreshCatalog();
    for (const { name, documents, isChanged, failures } of sources) {
      context.log(`catalogue source ${name}: ${documents} documents, ${isChanged ? 'changed' : 'unchanged'}`);
      for (const failure of failures.slice(0, 5)) context.warn(`catalogue source ${name}: ${failure}`);
    }
  },
});

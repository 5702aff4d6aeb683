import { app } from '@azure/functions';
import { application } from '../shared/app.js';

const { app: sync, config, version } = application();

/** Before the first trigger fires: queues and tables exist (triggers poll only queues that are there), and the log has the version. */
app.hook.appStart(async () => {
  // The hook has no log of its own; what a worker prints, the host logs.
  console.log(`aks-artifact-sync ${version} starts, mode ${config.enforcement.mode}`);
  await sync.ready();
});

import { app } from '@azure/functions';
import { application } from '../shared/app.js';

const { app: sync } = application();

/** Before the first trigger fires: queues and tables exist. Triggers poll only queues that are there. */
app.hook.appStart(() => sync.ready());

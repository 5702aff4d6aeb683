import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';
import { dashboardHeaders, renderDashboard } from '../shared/app/dashboard.js';

const { app: sync } = application();

/** `GET /api/dashboard`: the status as a page. */
app.http('dashboard', {
  route: 'dashboard',
  methods: ['GET'],
  authLevel: 'function',
  handler: () => answer(async () => ({ headers: dashboardHeaders, body: renderDashboard(await sync.status()) })),
});

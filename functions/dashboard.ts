import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';
import { renderDashboard } from '../shared/app/dashboard.js';

const { app: sync } = application();

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** `GET /api/dashboard`: the status as a page. */
app.http('dashboard', {
  route: 'dashboard',
  methods: ['GET'],
  authLevel: 'function',
  handler: () => answer(async () => ({ headers, body: renderDashboard(await sync.status()) })),
});

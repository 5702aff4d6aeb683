import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';

const { app: sync } = application();

/** `GET /api/status`: where every cluster, registry and Fleet gate stands. */
app.http('status', {
  route: 'status',
  methods: ['GET'],
  authLevel: 'function',
  handler: () => answer(async () => ({ jsonBody: await sync.status() })),
});

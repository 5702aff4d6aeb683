import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';
import { parseSyncRequest } from '../shared/app/requests.js';

const { app: sync } = application();

/** `POST /api/sync`: plans and warms now, for one cluster or all, for one version or all that AKS offers. */
app.http('sync', {
  route: 'sync',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    answer(async () => ({ status: 202, jsonBody: await sync.sync(parseSyncRequest(await request.text())) })),
});

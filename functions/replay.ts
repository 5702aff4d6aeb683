import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';
import { parseReplayRequest } from '../shared/app/requests.js';

const { app: sync } = application();

/** `POST /api/replay`: puts messages that were given up on back on their queues, one by its id or all. */
app.http('replay', {
  route: 'replay',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    answer(async () => ({ status: 202, jsonBody: await sync.replay(parseReplayRequest(await request.text())) })),
});

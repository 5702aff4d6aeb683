import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';
import { parseTargetRequest } from '../shared/app/requests.js';

const { app: sync } = application();

/** `GET /api/drift?cluster=…&version=…`: what nodes pulled and nothing predicted, what was predicted and never pulled. */
app.http('drift', {
  route: 'drift',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) => answer(async () => ({ jsonBody: await sync.drift(parseTargetRequest(request.query)) })),
});

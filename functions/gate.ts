import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';
import { parseGateRequest } from '../shared/app/requests.js';

const { app: sync } = application();

/** `GET /api/gate?cluster=…&version=…`: may this cluster upgrade? With `strict=true` anything but open answers 409. */
app.http('gate', {
  route: 'gate',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    answer(async () => {
      const asked = parseGateRequest(request.query);
      const gate = await sync.gate(asked);
      return { status: asked.strict && gate.decision !== 'open' ? 409 : 200, jsonBody: gate };
    }),
});

import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';
import { parseAuditRequest } from '../shared/app/requests.js';

const { app: sync } = application();

/** `GET /api/audit?most=…`: what was changed in Azure, or would have been, the newest first. */
app.http('audit', {
  route: 'audit',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) => answer(async () => ({ jsonBody: await sync.audit(parseAuditRequest(request.query)) })),
});

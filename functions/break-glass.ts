import { app } from '@azure/functions';
import { application } from '../shared/app.js';
import { answer } from '../shared/app/answers.js';
import { parseBreakRequest, parseMendRequest } from '../shared/app/break-glass-requests.js';

const { app: sync } = application();

/** Set by App Service authentication, where that is switched on. */
const principal = 'x-ms-client-principal-name';

/** `POST /api/break-glass` opens one gate by hand until it expires; `DELETE` shuts it again. */
app.http('break-glass', {
  route: 'break-glass',
  methods: ['POST', 'DELETE'],
  authLevel: 'admin',
  handler: (request) =>
    answer(async () => {
      const body = await request.text();
      const who = request.headers.get(principal);
      if (request.method === 'DELETE') return { jsonBody: await sync.mendGlass(parseMendRequest(body, who)) };
      return { jsonBody: await sync.breakGlass(parseBreakRequest(body, who)) };
    }),
});

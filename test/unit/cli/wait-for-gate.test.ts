import type { GateAnswer } from '../../../cli/app-answers.js';
import { Failed, Unavailable } from '../../../cli/outcome.js';
import { waitForGate, type Waited } from '../../../cli/wait-for-gate.js';

const closed: GateAnswer = {
  cluster: '/c',
  kubernetesVersion: '1.35.7',
  decision: 'closed',
  missing: [{ artifact: 'a:1', state: 'waiting', reason: 'being cached' }],
  reasons: ['1 of 36 artifacts are not proven in contoso.azurecr.io'],
  required: 36,
  cached: 35,
  evaluatedAt: '2026-11-23T00:00:00.000Z',
};
const unknown: GateAnswer = { ...closed, decision: 'unknown', required: 0, cached: 0, reasons: ['never planned'] };
const open: GateAnswer = { ...closed, decision: 'open', missing: [], reasons: [], cached: 36 };
const away = new Unavailable('cannot reach http://app: nothing listens there');

interface Run {
  readonly waited: Waited;
  readonly told: readonly string[];
  readonly askedAt: readonly number[];
}

/** Plays answers one after the other, the last one for ever, on a clock that only sleeping moves. */
async function wait(answers: readonly (GateAnswer | Error)[], timeoutSeconds = 600, pollSeconds = 30): Promise<Run> {
  let seconds = 0;
  const told: string[] = [];
  const askedAt: number[] = [];
  const waited = await waitForGate(
    { timeoutSeconds, pollSeconds },
    {
      ask: () => {
        const answer = answers[Math.min(askedAt.length, answers.length - 1)] ?? closed;
        askedAt.push(seconds);
        if (answer instanceof Error) return Promise.reject(answer);
        return Promise.resolve({ content: answer, document: answer });
      },
      tell: (line) => void told.push(line),
      sleep: (pause) => {
        seconds += pause;
        return Promise.resolve();
      },
      now: () => new Date(seconds * 1000),
    },
  );
  return { waited, told, askedAt };
}

test('ends at the first open answer', async () => {
  const { waited, askedAt, told } = await wait([unknown, closed, open]);
  expect(waited).toMatchObject({ outcome: 'open', last: { content: { decision: 'open' } } });
  expect(askedAt).toEqual([0, 30, 60]);
  expect(told).toEqual([
    'after 0 s:       unknown; never planned',
    'after 30 s:      closed, 35 of 36 artifacts proven',
    'after 60 s:      open, 36 of 36 artifacts proven',
  ]);
});

test('tells a line when something changed, not at each poll', async () => {
  const more = { ...closed, cached: 30, reasons: ['6 of 36 artifacts are not proven', 'outage: MAR is down'] };
  const forecast = { ...closed, estimatedOpenAt: '2026-11-23T00:10:00.123Z' };
  const { told } = await wait([more, more, closed, closed, forecast, { ...forecast, estimatedOpenAt: 'later' }]);
  expect(told).toEqual([
    'after 0 s:       closed, 30 of 36 artifacts proven; outage: MAR is down',
    'after 60 s:      closed, 35 of 36 artifacts proven',
  ]);
});

test('tells when a shut gate is expected to open', async () => {
  const { told } = await wait([{ ...closed, estimatedOpenAt: '2026-11-23T00:10:00.123Z' }, open]);
  expect(told[0]).toMatch(/; expected to open about 2026-11-23T00:10:00Z$/);
});

test('gives up when time is up, and asks once more at that very moment', async () => {
  const { waited, askedAt } = await wait([closed], 70);
  expect(waited).toMatchObject({ outcome: 'timed-out', last: { content: { decision: 'closed' } } });
  expect(askedAt).toEqual([0, 30, 60, 70]);
});

test('asks once a day at least: a timer that is given more than 24 days ends at once', async () => {
  const hours = 3600;
  const { askedAt } = await wait([closed], 1000 * hours, 9999 * hours);
  const pauses = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0));
  expect(Math.max(...pauses)).toBe(24 * hours);
  expect(askedAt.at(-1)).toBe(1000 * hours);
});

test('an app that cannot be reached is asked again, less and less often, and may come back', async () => {
  const { waited, askedAt, told } = await wait([away, away, away, closed, away, open]);
  expect(waited.outcome).toBe('open');
  expect(askedAt).toEqual([0, 2, 6, 14, 44, 46]);
  expect(told.map((line) => line.slice(17, 30))).toEqual([
    'no answer: ca',
    'closed, 35 of',
    'no answer: ca',
    'open, 36 of 3',
  ]);
});

test('time up while the app cannot be reached is no answer, whatever it has said before', async () => {
  expect((await wait([away], 100)).waited).toEqual({ outcome: 'unreachable', last: undefined, failure: away });
  expect((await wait([closed, away], 100)).waited).toMatchObject({
    outcome: 'unreachable',
    last: { content: { decision: 'closed' } },
  });
});

test('what asking again cannot cure ends the waiting at once', async () => {
  await expect(wait([closed, new Failed('the key is refused'), open])).rejects.toThrow('the key is refused');
});

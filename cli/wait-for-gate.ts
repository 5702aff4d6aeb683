import type { GateAnswer } from './app-answers.js';
import type { Answer } from './ask-app.js';
import { formatDuration } from './duration.js';
import { shortTime } from './gate-report.js';
import { Unavailable } from './outcome.js';

export interface WaitPolicy {
  readonly timeoutSeconds: number;
  readonly pollSeconds: number;
}

export interface WaitPorts {
  /** @throws Unavailable: asked again; anything else ends the waiting */
  ask(patienceSeconds: number): Promise<Answer<GateAnswer>>;
  /** One line, when something changed. */
  tell(line: string): void;
  sleep(seconds: number): Promise<void>;
  now(): Date;
}

/** How the waiting ended, and what the app said last; undefined: nothing, all the time. */
export type Waited =
  | { readonly outcome: 'open' | 'timed-out'; readonly last: Answer<GateAnswer> }
  | { readonly outcome: 'unreachable'; readonly last: Answer<GateAnswer> | undefined; readonly failure: Unavailable };

const firstRetrySeconds = 2;
const longestRetrySeconds = 60;
/** A timer of Node holds 24 days at most, and ends at once when it is given more. */
const longestPauseSeconds = 24 * 3600;
/** An answer that comes late is better than none: the last question is given so long even when time is up. */
const leastPatienceSeconds = 5;

/**
 * Asks until the gate is open or time is up. An app that does not answer is asked again, less and less often; only what it said while it
 * could be reached counts: time up while it cannot is "unreachable", also when it has said "closed" before.
 * @throws WrongUse, Failed when asking again cannot help
 */
export async function waitForGate(policy: WaitPolicy, ports: WaitPorts): Promise<Waited> {
  const endsAt = ports.now().getTime() + policy.timeoutSeconds * 1000;
  const leftSeconds = (): number => (endsAt - ports.now().getTime()) / 1000;
  const say = tellChanges(ports);
  let last: Answer<GateAnswer> | undefined;
  for (let failures = 0; ;) {
    const answer = await askOnce(ports, Math.max(leftSeconds(), leastPatienceSeconds));
    if (answer instanceof Unavailable) {
      say(`no answer: ${answer.message}`, `no answer: ${answer.message}; asking again`);
      if (leftSeconds() <= 0) return { outcome: 'unreachable', last, failure: answer };
      const pause = Math.min(firstRetrySeconds * 2 ** failures, longestRetrySeconds);
      failures += 1;
      await ports.sleep(Math.min(pause, leftSeconds()));
      continue;
    }
    failures = 0;
    last = answer;
    say(factsOf(answer.content), describe(answer.content));
    if (answer.content.decision === 'open') return { outcome: 'open', last };
    if (leftSeconds() <= 0) return { outcome: 'timed-out', last };
    await ports.sleep(Math.min(policy.pollSeconds, leftSeconds(), longestPauseSeconds));
  }
}

async function askOnce(ports: WaitPorts, patienceSeconds: number): Promise<Answer<GateAnswer> | Unavailable> {
  try {
    return await ports.ask(Math.min(patienceSeconds, longestRetrySeconds));
  } catch (error) {
    if (error instanceof Unavailable) return error;
    throw error;
  }
}

/** Tells a line unless its facts are those of the line before. */
function tellChanges(ports: WaitPorts): (facts: string, line: string) => void {
  const startedAt = ports.now().getTime();
  let told: string | undefined;
  return (facts, line) => {
    if (facts === told) return;
    told = facts;
    ports.tell(`${`after ${formatDuration((ports.now().getTime() - startedAt) / 1000)}:`.padEnd(16)} ${line}`);
  };
}

/** What is told when it changes; a forecast moves all the time and is not among it. */
function factsOf({ decision, cached, required, reasons }: GateAnswer): string {
  return JSON.stringify([decision, cached, required, reasons]);
}

function describe(gate: GateAnswer): string {
  const { decision, cached, required, reasons, estimatedOpenAt } = gate;
  const counts = required === 0 ? [] : [`${cached} of ${required} artifacts proven`];
  const expected = estimatedOpenAt === undefined ? [] : [`expected to open about ${shortTime(estimatedOpenAt)}`];
  // Of a closed gate the first reason repeats the counts.
  const why = decision === 'closed' ? reasons.slice(1, 3) : reasons.slice(0, 2);
  return [[decision, ...counts].join(', '), ...why, ...(decision === 'open' ? [] : expected)].join('; ');
}

import { setTimeout as delay } from 'node:timers/promises';
import { fetchStatus, type AppStatus } from './app-status.js';
import { compare, settleSeconds, type Difference } from './expectations.js';
import type { Progress } from './progress.js';
import type { Session } from './session.js';
import { takeSnapshot, type Snapshot } from './snapshot.js';

/** How a scenario ended. */
export interface Outcome {
  readonly snapshot: Snapshot;
  /** Empty: as declared. */
  readonly differences: readonly Difference[];
}

/** The host died while a scenario was played. */
export class HostCrash extends Error {
  override readonly name = 'HostCrash';
}

export interface PlayOptions {
  /** Between one look at the app and the next; each costs it a read of all its records. */
  readonly pollMilliseconds?: number;
  /** Ends it early, with the differences of that moment. */
  readonly signal?: AbortSignal;
  /** What a host that ends means: a failure, or something that the caller does and makes up for with `restartHost`. */
  readonly hostEnd?: 'fails' | 'is-expected';
}

/**
 * Plays the scenario of a session until its expectations hold (and have settled) or its time is over.
 * @throws HostCrash with the last lines of the host's log
 */
export async function playScenario(session: Session, progress: Progress, options: PlayOptions = {}): Promise<Outcome> {
  const { expect, timeoutSeconds } = session.azure.scenario;
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  const crash = options.hostEnd === 'is-expected' ? new Promise<never>(() => undefined) : failWhenHostEnds(session);
  let answer: Answer = { status: undefined, failure: undefined };
  let heldSince: number | undefined;
  session.azure.play();
  for (;;) {
    answer = await Promise.race([ask(session, answer.status), crash]);
    const snapshot = takeSnapshot(session.azure, answer.status, elapsed());
    progress.show(snapshot);
    const differences = [...describeFailure(answer), ...compare(expect, snapshot)];
    heldSince = differences.length > 0 ? undefined : (heldSince ?? elapsed());
    const isSettled = heldSince !== undefined && elapsed() - heldSince >= settleSeconds(expect);
    if (isSettled || elapsed() >= timeoutSeconds || options.signal?.aborted === true) {
      progress.end();
      return { snapshot, differences };
    }
    await Promise.race([delay(options.pollMilliseconds ?? 400), crash]);
  }
}

/** The newest status there is, and why the app did not give a new one where it did not. */
interface Answer {
  readonly status: AppStatus | undefined;
  readonly failure: string | undefined;
}

async function ask({ host }: Session, last: AppStatus | undefined): Promise<Answer> {
  try {
    return { status: await fetchStatus(host.url, host.keys.default), failure: undefined };
  } catch (error) {
    return { status: last, failure: error instanceof Error ? error.message : String(error) };
  }
}

function describeFailure({ failure }: Answer): readonly Difference[] {
  return failure === undefined ? [] : [{ subject: 'the app', expected: 'a status', actual: failure }];
}

/** Rejects when the host that runs now ends; never resolves. */
export async function failWhenHostEnds({ host }: Session): Promise<never> {
  const { code, signal } = await host.exited;
  const lines = host.lastLogLines().slice(-15);
  throw new HostCrash(
    [`The Functions host ended (${signal ?? `exit code ${code}`}). Its last lines:`, ...lines].join('\n'),
  );
}

import { setTimeout as delay } from 'node:timers/promises';

/** The app's status costs it 0.3 s of work: asked without a rest, it would do little else. */
const pauseMs = 300;

/**
 * Asks again and again until there is something.
 * @param what is waited for, for the message of the failure
 * @param probe undefined and false mean not yet
 * @throws Error after `seconds`, which are for a machine that has much else to do
 */
export async function until<Found>(
  what: string,
  probe: () => Found | undefined | false | Promise<Found | undefined | false>,
  seconds = 240,
): Promise<Found> {
  for (const deadline = Date.now() + seconds * 1000; ; await delay(pauseMs)) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`After ${seconds} s there is still not: ${what}`);
  }
}

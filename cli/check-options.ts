import { refusalOf } from '../shared/app/refusal.js';
import { WrongUse } from './outcome.js';

/** How the app calls what here is an option. */
const optionNames: Readonly<Record<string, string>> = {
  cluster: '--cluster',
  clusterId: '--cluster',
  version: '--version',
  kubernetesVersion: '--version',
  reason: '--reason',
  expiresInHours: '--hours',
  who: '--who',
  most: '--most',
};

/**
 * Lets the app's own check of a request judge the options before anything is sent.
 * @throws WrongUse naming the option
 */
export function checkOptions(check: () => unknown): void {
  try {
    check();
  } catch (cause) {
    const refusal = refusalOf(cause);
    if (refusal === undefined) throw cause;
    throw new WrongUse(
      refusal.replace(
        /(^|; )(\w+): /g,
        (_head, before: string, field: string) => `${before}${optionNames[field] ?? field}: `,
      ),
      { cause },
    );
  }
}

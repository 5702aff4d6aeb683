import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Words by which test/jest/closing-line.mjs finds the reason in a skipped suite's name. */
const marker = 'skipped because';

/**
 * A suite that needs something a machine may lack. Without it the suite is skipped, and its name says why:
 * the closing lines of a run list every such suite, so a skip is never silent.
 * @param reason what is missing and how to get it, for example `docker-registry is not installed (apt-get install docker-registry)`
 */
export function describeIf(available: boolean, reason: string, name: string, suite: () => void): void {
  if (available) {
    describe(name, suite);
  } else {
    describe.skip(`${name} [${marker}: ${reason}]`, suite);
  }
}

/** A suite that runs programs of a Debian package; skipped loudly where one of them is not on the PATH. */
export function describeWith(tool: { command: string; debianPackage: string }, name: string, suite: () => void): void {
  const reason = `${tool.command} is not installed (apt-get install ${tool.debianPackage})`;
  describeIf(isOnPath(tool.command), reason, name, suite);
}

export function isOnPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { runProgram } from '../../../cli/program.js';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  readonly env?: Readonly<Record<string, string>>;
  /** Width of a terminal; undefined: output goes to a pipe. */
  readonly columns?: number;
}

/** One command line, run in this process. */
export async function runCli(args: readonly string[], { env = {}, columns }: Where = {}): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const output = (stream: keyof typeof written) => ({
    write: (text: string) => void (written[stream] += text),
    ...(columns === undefined ? {} : { isTTY: true, columns }),
  });
  const code = await runProgram(args, { stdout: output('stdout'), stderr: output('stderr'), env });
  return { code, ...written };
}

/** A text that matches, as part of an expected object. */
export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

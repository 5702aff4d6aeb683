import type { LogLevel } from './functions-core.js';

const order: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];
const labels: Readonly<Record<LogLevel, string>> = {
  trace: 'trace',
  debug: 'debug',
  information: 'info ',
  warning: 'warn ',
  error: 'error',
  critical: 'fatal',
  none: '     ',
};

/** Which function and which call a line belongs to. */
export interface LogScope {
  readonly functionName: string;
  readonly invocationId: string;
}

export interface HostLog {
  write(level: LogLevel, message: string, scope?: LogScope): void;
}

/** @returns `name` as a level, "information" for anything else (the default of Azure) */
export function parseLogLevel(name: string | undefined): LogLevel {
  return order.find((level) => level === name?.toLowerCase()) ?? 'information';
}

/**
 * One line per entry: `<ISO time> <level> <function> <first 8 of the invocation id> <message>`; line ends in a message are
 * written as `\n`, so that a stack trace stays with its entry.
 * @param minimum entries below it are dropped
 */
export function createHostLog(minimum: LogLevel, writeLine: (line: string) => void): HostLog {
  return {
    write(level, message, scope) {
      if (order.indexOf(level) < order.indexOf(minimum)) return;
      const origin = scope === undefined ? 'host -' : `${scope.functionName} ${scope.invocationId.slice(0, 8)}`;
      writeLine(`${new Date().toISOString()} ${labels[level]} ${origin} ${message.replaceAll(/\r?\n/g, '\\n')}\n`);
    },
  };
}

/** The stack of an error with the stacks of its causes; anything else as text. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\nCaused by: ${describeError(error.cause)}`;
}

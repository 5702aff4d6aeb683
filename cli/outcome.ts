/** How a command ended, for pipelines. */
export const exitCodes = { fine: 0, failed: 1, wrongUse: 2, gateClosed: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the help of every command. */
export const exitCodeHelp = `
Exit codes: 0 fine, 1 failed, 2 wrong use, 3 gate closed or unknown.
`;

/** An argument, environment variable or file is not as it has to be; the message names it and says what is wanted. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

/** What was asked for could not be done, through no fault of the arguments; the message is for the person on call. */
export class Failed extends Error {
  override readonly name: string = 'Failed';
}

/** It failed for now: asking again may end otherwise. */
export class Unavailable extends Failed {
  override readonly name = 'Unavailable';
}

import type { Problem, Problems } from '../ports.js';

const everyMs = 3_600_000;
/** A problem that many others have come after may be told again. */
const problemsRead = 50;

/** Tells people a problem that many rounds meet, once in an hour. Two at the same time may tell it twice. */
export async function tellHourly(
  problem: Omit<Problem, 'at'>,
  { problems, now }: { readonly problems: Problems; readonly now: () => Date },
): Promise<void> {
  const at = now();
  const known = await problems.list(problemsRead);
  const isTold = known.some(
    ({ source, subject, at: toldAt }) =>
      source === problem.source && subject === problem.subject && at.getTime() - toldAt.getTime() < everyMs,
  );
  if (!isTold) await problems.add({ ...problem, at });
}

/** The earliest of these that is still ahead: nobody is in time any more for what is past. Pure. */
export function earliestAhead(now: Date, ...dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.reduce<Date | undefined>((earliest, date) => {
    if (date === undefined || date <= now) return earliest;
    return earliest === undefined || date < earliest ? date : earliest;
  }, undefined);
}

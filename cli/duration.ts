import { WrongUse } from './outcome.js';

const shape = /^(?=\d)(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$/;

/**
 * Seconds of a duration such as `90s`, `30m` or `1h30m`.
 * @param option named by the message
 * @throws WrongUse for anything else, and for nothing at all (`0s`)
 */
export function parseDuration(text: string, option: string): number {
  const match = shape.exec(text);
  const [hours = 0, minutes = 0, seconds = 0] = (match ?? []).slice(1).map((part) => Number(part ?? 0));
  const all = hours * 3600 + minutes * 60 + seconds;
  if (!match || all === 0) throw new WrongUse(`${option}: wanted is a duration such as 90s, 30m or 1h30m`);
  return all;
}

/** `45 s`, `12 min`, `1 h 30 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} min`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

import { isNcrontab } from '../../../shared/model/ncrontab.js';

test.each([
  '0 */5 * * * *',
  '*/10 * * * * *',
  '0 30 9-17 * * 1-5',
  '0 0 0,12 1 1 0',
  '59 59 23 31 12 7',
  ' 0 0 3 * * * ',
])('the schedule "%s" is one of six fields', (schedule) => expect(isNcrontab(schedule)).toBe(true));

test.each([
  '',
  'every ten minutes',
  '*/5 * * * *',
  '0 0 3 * * * *',
  '60 * * * * *',
  '* 60 * * * *',
  '* * 24 * * *',
  '* * * 0 * *',
  '* * * * 13 *',
  '* * * * * 8',
  '0 */0 * * * *',
  '0 5-1 * * * *',
  '0 1,, * * * *',
  '0 -1 * * * *',
  '0 a * * * *',
])('the schedule "%s" is none', (schedule) => expect(isNcrontab(schedule)).toBe(false));

import fc from 'fast-check';
import { earliestAhead } from '../../../shared/warming/deadline.js';
import { before, hours, now } from '../../support/builders.js';

const date = fc.option(fc.date({ min: before(hours(48)), max: before(-hours(48)), noInvalidDate: true }), {
  nil: undefined,
});

test('of several deadlines the earliest that is ahead counts, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(date), (dates) => {
      const ahead = dates.filter((one) => one !== undefined && one > now).map((one) => Number(one));
      const expected = ahead.length === 0 ? undefined : Math.min(...ahead);
      expect(earliestAhead(now, ...dates)?.getTime()).toBe(expected);
      expect(earliestAhead(now, ...[...dates].reverse())?.getTime()).toBe(expected);
    }),
  );
});

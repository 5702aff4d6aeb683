import { describeIf, describeWith } from '../../../support/requirements.js';

test('passes', () => undefined);
describeIf(true, 'nothing is missing', 'by day', () => test('sees', () => undefined));
describeIf(false, 'there is no moon', 'at night', () => test('sees', () => undefined));
describeWith({ command: 'no-such-tool', debianPackage: 'no-such-package' }, 'a tool', () =>
  test('works', () => undefined),
);

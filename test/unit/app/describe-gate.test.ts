import fc from 'fast-check';
import { describeGate, type DescribedGate } from '../../../shared/app/describe-gate.js';

const closed: DescribedGate = {
  cluster: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/payments',
  kubernetesVersion: '1.35.7',
  decision: 'closed',
  missing: [{ artifact: 'oss/v2/kubernetes/coredns:v1.13.1-6', state: 'waiting', reason: '3 of 3 manifests to come' }],
  reasons: ['1 of 36 artifacts are not proven in contoso.azurecr.io'],
  required: 36,
  cached: 35,
  evaluatedAt: '2026-11-23T00:02:07.509Z',
};

test('a closed gate says what is missing, why, and when it is expected to open', () => {
  expect(describeGate({ ...closed, estimatedOpenAt: '2026-11-23T00:10:00.000Z' })).toBe(`\
CLOSED: payments must not upgrade to 1.35.7 yet (as of 2026-11-23T00:02:07.509Z)
35 of 36 artifacts are proven in the registry
expected to open: about 2026-11-23T00:10:00.000Z
why:
  1 of 36 artifacts are not proven in contoso.azurecr.io
missing:
  oss/v2/kubernetes/coredns:v1.13.1-6 (waiting): 3 of 3 manifests to come`);
});

test('an open gate is told in two lines', () => {
  const open = { ...closed, decision: 'open', missing: [], reasons: [], cached: 36 } as const;
  expect(describeGate(open)).toBe(
    'OPEN: payments may upgrade to 1.35.7 (as of 2026-11-23T00:02:07.509Z)\n36 of 36 artifacts are proven in the registry',
  );
});

test('a gate that somebody opened by force says who, why, until when, and what is missing all the same', () => {
  const breakGlass = { who: 'anna', reason: 'CVE fix tonight', expiresAt: '2026-11-23T04:00:00.000Z' };
  const text = describeGate({ ...closed, decision: 'open', breakGlass });
  expect(text).toContain('glass broken by anna, until 2026-11-23T04:00:00.000Z: CVE fix tonight\nmissing:\n  oss/v2/');
});

test('an unknown gate without a plan has nothing to count', () => {
  const unknown = { ...closed, decision: 'unknown', missing: [], reasons: ['never planned'], required: 0 } as const;
  expect(describeGate(unknown)).toMatch(
    /^UNKNOWN: .*\nnothing is planned\nexpected to open: not known\nwhy:\n {2}never planned$/,
  );
});

test('of many artifacts the first are named and the rest is counted', () => {
  const missing = Array.from({ length: 40 }, (_unused, index) => ({ ...closed.missing[0], artifact: `a:${index}` }));
  const lines = describeGate({ ...closed, missing: missing as unknown as DescribedGate['missing'] }).split('\n');
  expect(lines.at(-1)).toBe('  and 15 more, listed in "missing" of the answer');
  expect(lines.filter((line) => /^ {2}a:/.test(line))).toHaveLength(25);
});

test('whatever a registry answers, no line is a command of a pipeline or of a terminal', () => {
  const part = fc.constantFrom(
    '\n',
    '\r',
    '::',
    '##',
    '[',
    'vso[',
    '##vso[',
    '##[error]',
    '\u001b',
    'x',
    ' ',
    '\u2028',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const reason = parts.join('');
      const text = describeGate({
        ...closed,
        reasons: [reason],
        missing: [{ artifact: 'a:1', state: 'failed', reason }],
      });
      for (const line of text.split('\n')) {
        expect(line).not.toMatch(/^\s*::|##(vso)?\[|[\p{Cc}\p{Zl}]/iu);
      }
      expect(text.split('\n')).toHaveLength(7);
    }),
  );
});

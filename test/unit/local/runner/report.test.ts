import pc from 'picocolors';
import { renderReport } from '../../../../local/runner/report.js';
import { aMissing, aSnapshot, aStatus, aTarget } from './snapshots.js';

const plain = pc.createColors(false);

test('the report names clusters, gates, what is missing, and the update run', () => {
  const missing = ['a:1', 'b:1', 'c:1', 'd:1'].map(aMissing);
  const status = aStatus([aTarget({ decision: 'closed', required: 9, cached: 5, missing })]);
  const rows = renderReport(aSnapshot({ status }), [], plain)
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .map((cell) => cell.trim())
        .slice(1, -1)
        .join('|'),
    );
  expect(rows).toEqual([
    'cluster|Kubernetes|target|gate|cached|missing',
    'payments|1.34.10|1.35.7|closed|5/9|a:1',
    '|||||b:1',
    '|||||c:1',
    '|||||and 1 more',
    'update run|target|state|gate|stage|gate state',
    'run-1|1.35.7|Pending|canary|one|Pending',
  ]);
});

test('the report ends in one line when all is as declared, else in what differs', () => {
  expect(renderReport(aSnapshot(), [], plain).split('\n').at(-1)).toBe('The scenario ended as declared after 0:07.');
  const difference = { subject: 'gate canary', expected: 'Completed', actual: 'Pending' };
  expect(renderReport(aSnapshot(), [difference], plain).split('\n').slice(-2)).toEqual([
    'The scenario did not end as declared (0:07):',
    '  gate canary: expected Completed, is Pending',
  ]);
});

test('the report shouts when nodes upgraded before their registry was complete', () => {
  const upgrade = { cluster: 'payments', kubernetesVersion: '1.35.7', at: new Date(0), missing: ['a:1'] };
  expect(renderReport(aSnapshot({ upgrades: [upgrade] }), [], plain)).toContain(
    'payments began to upgrade to 1.35.7 while its registry lacked 1 artifacts: a:1',
  );
});

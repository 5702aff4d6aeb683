import pc from 'picocolors';
import { describeChange, describeSubjects } from '../../../../local/runner/change-lines.js';
import { renderBlock } from '../../../../local/runner/progress-block.js';
import { createProgress } from '../../../../local/runner/progress.js';
import { Throughput } from '../../../../local/runner/throughput.js';
import { aSnapshot, aStatus, aTarget } from './snapshots.js';

const plain = pc.createColors(false);
const half = aStatus([aTarget({ decision: 'closed', cached: 1 })], {
  registries: [{ loginServer: '127.0.0.1:1', required: 2, cached: 1, failed: 1, waiting: 0 }],
});

function fakeOutput(terminal: object = {}) {
  const written: string[] = [];
  return { written, output: { ...terminal, write: (text: string) => written.push(text) > 0 } };
}

test('the block shows registries, clusters, fleet and problems', () => {
  const problem = { at: '', source: 'warm-poison', subject: 'message 1', reason: 'no JSON' };
  const snapshot = aSnapshot({ status: { ...half, problems: [problem] } });
  expect(renderBlock('default', snapshot, new Map([['127.0.0.1:1', 3.14]]), plain)).toEqual([
    'default  0:07',
    'Registries',
    '  contoso  ████████████░░░░░░░░░░░░       1/2     3.1/s  1 failed',
    'Clusters',
    '  payments  1.34.10 -> 1.35.7  closed  1/2',
    'Fleet',
    '  run-1 to 1.35.7  Pending',
    '    gate canary (one)  Pending',
    'Problems',
    '  warm-poison message 1: no JSON',
  ]);
});

test.each([
  ['why a cluster is left alone', { isolated: false, finding: 'no cache' }, 'payments  1.34.10  left alone: no cache'],
  ['that nothing is planned', { targets: [] }, 'payments  1.34.10  nothing planned yet'],
  [
    'why a gate is unknown',
    { targets: [aTarget({ decision: 'unknown', reasons: ['never planned'] })] },
    'payments  1.34.10 -> 1.35.7  unknown  2/2  never planned',
  ],
])('the block says %s', (_sentence, fields, line) => {
  const [cluster] = aStatus().clusters;
  const status = aStatus([], { clusters: [{ ...cluster!, ...fields }] });
  expect(renderBlock('x', aSnapshot({ status }), new Map(), plain)).toContain(`  ${line}`);
});

test('a line names only what changed since the last one', () => {
  const before = describeSubjects(aSnapshot({ status: half }));
  const now = describeSubjects(aSnapshot());
  expect(describeChange(before, now, 65)).toBe('1:05  registry contoso: 2/2 cached; cluster payments -> 1.35.7: open');
  expect(describeChange(now, now, 66)).toBeUndefined();
});

test('without a terminal, lines come at most once per second, and the last state is not lost', () => {
  const { output, written } = fakeOutput();
  const progress = createProgress('x', output, plain);
  progress.show(aSnapshot({ elapsedSeconds: 1, status: undefined }));
  progress.show(aSnapshot({ elapsedSeconds: 1.4, status: half }));
  expect(written).toHaveLength(1);
  progress.show(aSnapshot({ elapsedSeconds: 2.1, status: half }));
  progress.show(aSnapshot({ elapsedSeconds: 2.3 }));
  progress.end();
  expect(written.slice(1)).toEqual([
    '0:02  registry contoso: 1/2 cached, 1 failed; cluster payments -> 1.35.7: closed\n',
    '0:02  registry contoso: 2/2 cached; cluster payments -> 1.35.7: open\n',
  ]);
});

test('on a terminal, the block is drawn over itself and no line wraps', () => {
  const { output, written } = fakeOutput({ isTTY: true, columns: 30, rows: 5 });
  const progress = createProgress('title', output, plain);
  progress.show(aSnapshot());
  progress.show(aSnapshot());
  expect(written[0]?.split('\n')).toHaveLength(5);
  expect(written[0]?.split('\n').every((line) => line.length < 30)).toBe(true);
  expect(written.slice(1)).toEqual(['\u001b[4A\u001b[0J', written[0]]);
});

test('throughput is the rate of the last five seconds', () => {
  const throughput = new Throughput();
  expect(throughput.rate).toBe(0);
  for (let second = 0; second <= 10; second += 1) throughput.add(second, second < 5 ? 0 : (second - 5) * 4);
  expect(throughput.rate).toBe(4);
});

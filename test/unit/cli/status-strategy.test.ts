import { renderStatus } from '../../../cli/status-report.js';
import { statusAnswer } from '../../../cli/app-answers.js';
import { displayOf } from '../../../cli/terminal.js';

const pipe = displayOf({ write: () => undefined }, {});

function lineFor(strategies: Readonly<Record<string, number>> | undefined): string {
  const target = { kubernetesVersion: '1.35.7', decision: 'open', required: 36, cached: 36, missing: [], reasons: [] };
  const cluster = { id: '/x', name: 'payments', kubernetesVersion: '1.34.7', isolated: true };
  const answer = statusAnswer.parse({
    ...{
      version: '1',
      mode: 'observe',
      evaluatedAt: '2026-11-23T00:00:00Z',
      registries: [],
      fleetGates: [],
      problems: [],
    },
    clusters: [{ ...cluster, targets: [strategies === undefined ? target : { ...target, strategies }] }],
  });
  return /^payments.*$/m.exec(renderStatus(answer, pipe))?.[0] ?? '';
}

test.each([
  ['an older app, which does not tell', undefined, /36\/36 +-/],
  ['a rule for everything', { 'pull-through': 36 }, /36\/36 +cache rule/],
  ['no rule', { import: 36 }, /36\/36 +import/],
  ['a rule for a part', { 'pull-through': 30, import: 6 }, /36\/36 +30 cache rule, 6 import/],
])('status shows how artifacts get in: %s', (_which, strategies, expected) => {
  expect(lineFor(strategies)).toMatch(expected);
});

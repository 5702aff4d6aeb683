import fc from 'fast-check';
import { parseWarmPlan, type WarmPlan } from '../../../shared/app/warm-plan.js';
import { isRepository, isTag } from '../../../shared/model/artifact.js';
import { SyncError } from '../../../shared/model/errors.js';

const artifact = { kind: 'image', repository: 'oss/v2/kubernetes/pause', tag: '3.10' };

/** The plan, or the refusal that people read; anything else that is thrown fails the test. */
function read(document: unknown): WarmPlan | string {
  try {
    return parseWarmPlan(document, 'plan.json');
  } catch (error) {
    if (error instanceof SyncError && error.code === 'INVALID_INPUT') return error.message;
    throw error;
  }
}

test('any document is read or refused in a line, and what is read has names that a registry may be asked for', () => {
  const looksAlike = fc.record(
    {
      artifacts: fc.array(
        fc.record(
          {
            kind: fc.constantFrom('image', 'binary', 'x'),
            repository: fc.string(),
            tag: fc.string(),
            because: fc.anything(),
          },
          { requiredKeys: [] },
        ),
      ),
      unresolved: fc.oneof(fc.anything(), fc.array(fc.record({ component: fc.string() }))),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything(), looksAlike), (document) => {
      const plan = read(document);
      if (typeof plan === 'string') return plan.length < 1000 && plan.startsWith('plan.json: ');
      return plan.artifacts.every(({ repository, tag }) => isRepository(repository) && isTag(tag));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['climbs out of a path', { repository: '../../etc/passwd' }],
  ['climbs out in its middle', { repository: 'oss/../../v2/_catalog' }],
  ['brings a query', { repository: 'oss/x?y=1' }],
  ['brings a host', { repository: 'evil.example:443/x' }],
  ['is of control characters', { tag: 'v1\r\nx-header: 1' }],
  ['is longer than a registry takes', { repository: 'a'.repeat(300) }],
  ['is a path itself', { tag: '../manifests/x' }],
])('a name that %s is refused', (_sentence, change) => {
  expect(read({ artifacts: [{ ...artifact, ...change }] })).toMatch(/artifacts\.0\.(repository|tag): must be/);
});

test('keys of prototypes are data like any other', () => {
  const plan = read(
    JSON.parse(`{"__proto__":{"artifacts":[]},"artifacts":[${JSON.stringify(artifact)}],"constructor":1}`),
  );
  expect(plan).toMatchObject({ artifacts: [artifact] });
  expect(read(JSON.parse('{"__proto__":{"artifacts":[]}}'))).toMatch(/artifacts: /);
  expect(({} as Record<string, unknown>)['artifacts']).toBeUndefined();
});

test('each artifact is there once, in the order of the plan', () => {
  const other = { ...artifact, tag: '3.6' };
  const plan = read({ artifacts: [artifact, other, artifact] });
  expect(plan).toMatchObject({ artifacts: [artifact, other] });
  expect((plan as WarmPlan).artifacts).toHaveLength(2);
});

test('a hundred thousand artifacts are read, or refused in one line, in seconds', () => {
  const artifacts = Array.from({ length: 100_000 }, (_unused, index) => ({ ...artifact, tag: `v${index}` }));
  expect((read({ artifacts }) as WarmPlan).artifacts).toHaveLength(100_000);
  const broken = artifacts.map(({ tag }) => ({ kind: 'image', repository: `${'a-'.repeat(120)}!`, tag }));
  expect(read({ artifacts: broken })).toMatch(/^.{1,1000}$/);
  // What takes more than linear time takes hours.
});

test('depth costs nothing', () => {
  const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;
  expect(read(deep)).toMatch(/the document: /);
  expect(read({ artifacts: [{ ...artifact, because: deep }] })).toMatch(/artifacts\.0\.because\.0: /);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeDrift } from '../../../shared/app/drift-answer.js';
import type { PulledArtifact } from '../../../shared/drift/report.js';
import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { clusterId } from '../../support/builders.js';
import { runCli } from './run-cli.js';

const cluster = ['--managed-cluster', resolve('test/fixtures/arm/mixed-arm.cluster.json'), '--to', '1.35.7'];
const escaped = { repository: 'oss/v2/azure/agent', tag: 'v1.2.3' };
const name = `${escaped.repository}:${escaped.tag}`;
const at = new Date('2020-01-01T00:00:00Z');

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'cli-observed-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The options that hand in what an app answers about another cluster. */
function handIn(version: string, pulls: readonly PulledArtifact[], changes: object = {}): string[] {
  const kubernetesVersion = version as KubernetesVersion;
  const answer = describeDrift(clusterId('other'), kubernetesVersion, {
    ...{ clusterId: clusterId('other'), kubernetesVersion, since: at, firstMeasuredAt: at, measuredAt: at },
    ...{ predicted: 1, escaped: pulls, foreign: [] },
    sources: { inventory: { state: 'read' }, log: { state: 'not-configured' } },
  });
  const file = join(folder, 'drift.json');
  writeFileSync(file, JSON.stringify({ ...answer, ...changes }));
  return ['--observed', file];
}

const pull: PulledArtifact = { ...escaped, at, evidence: 'log' };
const digest = `sha256:${'a'.repeat(64)}` as const;

test('what escaped elsewhere is in the plan with its reason, and a digest alone is not', async () => {
  const options = handIn('1.35.6', [pull, { repository: 'oss/v2/azure/other', digest, at, evidence: 'log' }]);
  const { code, stdout } = await runCli(['plan', ...cluster, ...options, '--json']);
  expect(code).toBe(0);
  const { artifacts } = JSON.parse(stdout) as { artifacts: { repository: string; because: unknown[] }[] };
  expect(artifacts.filter(({ repository }) => repository.startsWith('oss/v2/azure/other'))).toEqual([]);
  expect(artifacts.find(({ repository }) => repository === escaped.repository)?.because).toEqual([
    { component: 'agent', source: 'observed', confidence: 'medium' },
  ]);
});

test('it is new in the difference, and explained', async () => {
  const options = handIn('1.35.6', [pull]);
  expect((await runCli(['plan', ...cluster, ...options, '--diff'])).stdout).toMatch(new RegExp(`\\n${name} +-`));
  const { stdout } = await runCli(['explain', name, ...cluster, ...options]);
  expect(stdout).toMatch(/^IN /);
  expect((await runCli(['explain', name, ...cluster])).stdout).toMatch(/^UNKNOWN /);
});

test('what escaped at another minor says nothing about this one', async () => {
  const { stdout } = await runCli(['plan', ...cluster, ...handIn('1.34.7', [pull]), '--json']);
  expect(stdout).not.toContain(escaped.repository);
});

test.each([
  ['that is about nothing yet', { state: 'not-measured' }, 'state: nothing was measured yet'],
  ['of another shape', { escaped: [{ repository: '../etc', tag: 'x', at: at.toISOString() }] }, 'escaped.0.repository'],
  ['with a hostile tag', { escaped: [{ ...escaped, tag: 'a\u001b[2J', at: at.toISOString() }] }, 'escaped.0.tag'],
])('an answer %s is refused, naming the place', async (_sentence, changes, place) => {
  const { code, stderr } = await runCli(['plan', ...cluster, ...handIn('1.35.6', [], changes)]);
  expect(code).toBe(2);
  expect(stderr).toContain(place);
});

import type { GateAnswer } from './app-answers.js';
import type { Column } from './fit-columns.js';
import { drawTable } from './table.js';
import type { Display } from './terminal.js';
import { indentWords } from './wrap.js';

type Decision = GateAnswer['decision'];

export const missingColumns: readonly Column[] = [
  { head: 'artifact', breaks: 'nowhere' },
  { head: 'state', breaks: 'nowhere' },
  { head: 'reason', breaks: 'between-words' },
];

export function decisionPaint(decision: Decision, { colors }: Display) {
  return { open: colors.green, closed: colors.red, unknown: colors.magenta }[decision];
}

/** Without fractions of a second. */
export function shortTime(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}

function sentenceOf(decision: Decision, name: string, version: string): string {
  if (decision === 'open') return `${name} may upgrade to ${version}`;
  if (decision === 'closed') return `${name} must not upgrade to ${version} yet`;
  return `${name} must not upgrade to ${version}: nobody can tell what would be missing`;
}

/** The decision first, then why, then what is missing. */
export function renderGate(gate: GateAnswer, display: Display): string {
  const { colors, width } = display;
  const { decision, missing, reasons, cached, required } = gate;
  const name = gate.cluster.split('/').at(-1) ?? gate.cluster;
  const paint = decisionPaint(decision, display);
  const times = `decided ${shortTime(gate.evaluatedAt)}${gate.plannedAt === undefined ? '' : `, planned ${shortTime(gate.plannedAt)}`}`;
  const counts = required === 0 ? 'nothing planned' : `${cached} of ${required} artifacts proven in the registry`;
  return [
    ...(gate.breakGlass ? [renderGlass(gate.breakGlass, display)] : []),
    `${colors.bold(paint(decision.toUpperCase()))}  ${sentenceOf(decision, name, gate.kubernetesVersion)}`,
    indentWords(`${counts}; ${times}`, 0, width),
    ...expectationOf(gate).map((text) => indentWords(text, 0, width)),
    ...reasons.map((reason) => `- ${indentWords(reason, 2, width).slice(2)}`),
    ...(missing.length === 0 ? [] : [`\n${renderMissing(gate, display)}`]),
    ...adviceFor(gate).map((advice) => colors.dim(advice)),
  ].join('\n');
}

/** When it may open, as far as that can be said. */
export function describeEstimate({
  estimatedOpenAt,
  estimatedRange,
}: Pick<GateAnswer, 'estimatedOpenAt' | 'estimatedRange'>): readonly string[] {
  if (estimatedOpenAt === undefined) return [];
  const range = estimatedRange
    ? ` (between ${shortTime(estimatedRange.earliest)} and ${shortTime(estimatedRange.latest)})`
    : '';
  return [`expected to open about ${shortTime(estimatedOpenAt)}${range}`];
}

/** When a shut gate is expected to open. */
function expectationOf(gate: GateAnswer): readonly string[] {
  return gate.decision === 'open' ? [] : describeEstimate(gate);
}

/** Loud: whoever upgrades now does so on a person's word. */
export function renderGlass(
  { who, reason, expiresAt }: NonNullable<GateAnswer['breakGlass']>,
  { colors }: Display,
  what = 'this gate',
): string {
  return colors.bold(colors.red(`BREAK GLASS: ${who} opened ${what} until ${shortTime(expiresAt)}: ${reason}`));
}

function renderMissing({ missing }: GateAnswer, display: Display): string {
  const rows = missing.map(({ artifact, state, reason }) => [artifact, state, reason]);
  return `${display.colors.bold(`Missing (${missing.length})`)}\n${drawTable(missingColumns, rows, display)}`;
}

/** What the app tells to send, as a command. */
function adviceFor({ reasons, cluster, kubernetesVersion }: GateAnswer): readonly string[] {
  if (!reasons.some((reason) => reason.includes('POST /api/sync'))) return [];
  // What a cluster runs that was never seen: all of its versions are asked for.
  const version = kubernetesVersion === 'current' ? '' : ` --version ${kubernetesVersion}`;
  return [`To ask for a plan: aks-artifact-sync sync --cluster ${cluster}${version}`];
}

import type fc from 'fast-check';
import type { Ports } from '../../../shared/app/ports.js';
import { clusterOf, target } from '../builders.js';
import { clusterNames, withoutRule, type ChaosAzure } from './chaos-azure.js';
import { findAbsent, inspect } from './invariants.js';
import type { Fault } from './weather.js';

/** Time that passes in peace until all that was asked for is open, and until what was taken away is back. */
const openAfterSeconds = 2 * 3600;
const healAfterSeconds = 3 * 3600;

/** What may be, and what must be: as much of the world as fits on a page. */
export interface Model {
  /** Clusters that somebody asked for, or that the timer has found. */
  readonly known: Set<string>;
  /** Since the beginning: the timer fires every 300. */
  elapsedSeconds: number;
  /** Seconds of peace since the last trouble. */
  calmSeconds: number;
  /** What does not work now. */
  readonly broken: Set<Part>;
  /** While nothing could come into any registry yet, no gate can be open. */
  isBarren: boolean;
}

/** What breaks and works again, by the fault that then strikes at every occasion. */
export const parts = [
  'MAR is down',
  'caching fails in silence',
  'registry answers 5xx',
  'ARM answers 5xx',
] as const satisfies readonly Fault[];
export type Part = (typeof parts)[number];

/** A subscription as commands find it. */
export interface Real {
  readonly azure: ChaosAzure;
  /** Of the app: with what is broken. */
  readonly ports: Ports;
}

export type ModelCommand = fc.AsyncCommand<Model, Real>;

/** Compares the world with the model, after every command. @throws Error that says what is wrong */
export async function compare(model: Model, { azure }: Real): Promise<void> {
  const { wrongs, open, warm } = await inspect(azure);
  const mayOpen = clusterNames.filter((name) => model.known.has(name) && !model.isBarren && name !== withoutRule);
  const tooOpen = open.filter((one) => !mayOpen.some((name) => one.startsWith(`${name} `)));
  const isCalm = model.broken.size === 0 && model.calmSeconds >= openAfterSeconds;
  const mustBeReady = isCalm ? [...model.known].flatMap(targetsOf) : [];
  const shut = mustBeReady.filter((one) => !(one.startsWith(withoutRule) ? warm : open).includes(one));
  const isHealed = isCalm && model.calmSeconds >= healAfterSeconds;
  const absent = isHealed ? await findAbsent(azure) : [];
  const all = [
    ...wrongs,
    ...tooOpen.map((one) => `${one} is open and cannot be`),
    ...shut.map((one) => `${one} is not ready after ${model.calmSeconds} s of peace`),
    ...absent.map((one) => `${one} is not in its registry after ${model.calmSeconds} s of peace`),
  ];
  if (all.length > 0) throw new Error(all.slice(0, 5).join('\n'));
}

function targetsOf(name: string): readonly string[] {
  return [`${name} ${clusterOf().kubernetesVersion}`, `${name} ${target}`];
}

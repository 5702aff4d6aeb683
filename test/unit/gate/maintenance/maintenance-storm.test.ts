import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { addDays, dayAt, parseSpan } from '../../../../shared/gate/maintenance/maintenance-dates.js';
import { readWindow } from '../../../../shared/gate/maintenance/maintenance-documents.js';
import type { DateSpan, MaintenanceDocument } from '../../../../shared/gate/maintenance/maintenance-ports.js';
import { clusterId } from '../../../support/builders.js';
import { Chance } from '../../../support/chance.js';
import { weekly } from '../../../support/fakes/fake-maintenance.js';
import type { FakeSubscription } from '../../../support/fakes/fake-subscription.js';
import { MortalWorkers } from '../../../support/fakes/mortal-workers.js';
import {
  arrangeMaintained,
  auto,
  hireJudge,
  judgeMaintenance,
  nodeImages,
  setOpen,
} from '../../../support/maintained.js';

const holdDays = 3;

/** How old a decision may be that a write rests on, and how long the write may take. */
const fenceMs = 6 * 60_000;

/** What a person wants of the configuration, and which entries the app has put there: kept true by every write of either. */
class Ledger {
  mine: readonly DateSpan[] = [];
  ours: readonly DateSpan[] = [];
  /** Entries that a person copied, or took away one of two of: nobody can tell any more which is whose. */
  mixed: readonly DateSpan[] = [];
  #isOpen = false;
  /** Until when all targets were open last. */
  #openUntil = Number.NEGATIVE_INFINITY;

  constructor(private readonly azure: FakeSubscription) {
    azure.maintenance.onTaken = (before, after) => this.check(before, after);
  }

  /** A write of the app adds one bounded entry, takes away one of its own, and touches nothing else. */
  private check(before: MaintenanceDocument | undefined, after: MaintenanceDocument | undefined): void {
    const was = spansIn(before);
    const is = spansIn(after);
    const added = minus(is, was);
    const removed = minus(was, is);
    const now = this.azure.clock.now().getTime();
    const today = dayAt(this.azure.clock.now(), 0);
    if (added.length > 1 || removed.length > 1) throw new Error('more than one entry changed at once');
    for (const { start, end } of added)
      if (end > addDays(today, holdDays)) throw new Error(`unbounded: ${start} to ${end}`);
    for (const span of removed) {
      const own = this.ours.find((one) => isDeepStrictEqual(one, span));
      // Of equal ones that a person made, one too many may go: the days stay blocked.
      const blocked = is.some((left) => isDeepStrictEqual(left, span));
      if (!own && !blocked) throw new Error(`an entry of the user is gone: ${span.start} to ${span.end}`);
      if (!own) {
        this.mine = minus(this.mine, [span]);
        continue;
      }
      const isFresh = this.#isOpen || now - this.#openUntil <= fenceMs;
      if (added.length === 0 && !isFresh && span.end >= today) throw new Error('released while shut');
      this.ours = this.ours.filter((one) => one !== own);
    }
    this.ours = [...this.ours, ...added];
    if (before && after && !isDeepStrictEqual(rest(before), rest(after))) throw new Error('the schedule has changed');
    if (!after && this.mine.length > 0) throw new Error('a configuration with entries of the user was deleted');
  }

  /** Whoever reads a decision may act on it for a while. */
  set(isOpen: boolean): void {
    if (this.#isOpen) this.#openUntil = this.azure.clock.now().getTime();
    this.#isOpen = isOpen;
  }
}

function spansIn(document: MaintenanceDocument | undefined): readonly DateSpan[] {
  return document ? (readWindow(document)?.entries ?? []).flatMap((entry) => parseSpan(entry) ?? []) : [];
}

function minus(a: readonly DateSpan[], b: readonly DateSpan[]): readonly DateSpan[] {
  const left = [...b];
  return a.filter((span) => {
    const at = left.findIndex((other) => isDeepStrictEqual(other, span));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** All but entries, and the start date that AKS fills in itself. */
function rest({ properties }: MaintenanceDocument): unknown {
  const { maintenanceWindow, ...others } = properties as { maintenanceWindow: Record<string, unknown> };
  const { notAllowedDates: _entries, startDate: _start, ...window } = maintenanceWindow;
  return [others, window];
}

/** One edit by a person, who reads and writes at once. */
function edit(azure: FakeSubscription, ledger: Ledger, chance: Chance): void {
  const { maintenance } = azure;
  const document = maintenance.find(clusterId(), auto);
  const choice = chance.below(6);
  if (!document || choice === 0) {
    if (document && chance.share(0.5)) {
      maintenance.delete(clusterId(), auto);
      [ledger.mine, ledger.ours] = [[], []];
    } else if (!document) maintenance.set(clusterId(), auto, weekly());
    return;
  }
  const spans = [...spansIn(document)];
  if (choice === 1 && spans.length > 0) {
    const [gone] = spans.splice(chance.below(spans.length), 1);
    const isMine = ledger.mine.some((span) => isDeepStrictEqual(span, gone));
    ledger.mixed = [...ledger.mixed, ...(isMine && gone ? [gone] : [])];
    if (isMine) ledger.mine = minus(ledger.mine, gone ? [gone] : []);
    else ledger.ours = ledger.ours.filter((span) => !isDeepStrictEqual(span, gone));
  } else if (choice === 2 && spans.length > 0) {
    const copy = chance.one(spans);
    spans.push(copy);
    ledger.mixed = [...ledger.mixed, copy];
    ledger.mine = [...ledger.mine, copy];
  } else {
    const start = addDays(dayAt(azure.clock.now(), 0), chance.below(40) - 10);
    const fresh = { start, end: addDays(start, 5 + chance.below(9)) };
    spans.splice(chance.below(spans.length + 1), 0, fresh);
    ledger.mine = [...ledger.mine, fresh];
  }
  const durationHours = 4 + chance.below(20);
  maintenance.set(clusterId(), auto, weekly({ notAllowedDates: spans, durationHours }));
}

/** One thing that happens. */
async function act(azure: FakeSubscription, ledger: Ledger, workers: MortalWorkers, chance: Chance): Promise<void> {
  const luck = chance.below(100);
  if (luck < 50) await workers.runOn(chance.below(100), 1 + chance.below(8));
  else if (luck < 66) await hireJudge(azure, workers, (error) => bugs.push(error));
  else if (luck < 70) workers.kill(chance.below(100));
  else if (luck < 76) {
    const isOpen = chance.share(0.5);
    await setOpen(azure, isOpen);
    ledger.set(isOpen);
  } else if (luck < 88) edit(azure, ledger, chance);
  else if (chance.share(0.7)) azure.clock.advance(chance.below(1200));
  else {
    // The host ends whatever runs for half an hour.
    workers.killAll();
    azure.clock.advance(86_400);
  }
}

const bugs: unknown[] = [];

async function play(seed: number, steps: number): Promise<void> {
  bugs.length = 0;
  const chance = new Chance(seed);
  const azure = arrangeMaintained(nodeImages, weekly());
  azure.maintenancePolicy = { scope: 'auto-upgrade', create: chance.share(0.5) ? 'allowed' : 'never', holdDays };
  const ledger = new Ledger(azure);
  const workers = new MortalWorkers();
  for (let step = 0; step < steps; step += 1) await act(azure, ledger, workers, chance);
  workers.killAll();
  azure.clock.advance(1200);
  await setOpen(azure, true);
  ledger.set(true);
  await judgeMaintenance(azure);
  await judgeMaintenance(azure);
  if (bugs.length > 0) throw bugs[0];
  const left = spansIn(azure.maintenance.find(clusterId(), auto));
  expect(minus(ledger.mine, left)).toEqual([]);
  // Such a one may stay, and ends by itself.
  const tooMuch = minus(left, ledger.mine).filter((span) => !ledger.mixed.some((one) => isDeepStrictEqual(one, span)));
  expect(tooMuch).toEqual([]);
  expect(await azure.holds.list()).toEqual([]);
}

test('in any history of edits, deaths and decisions the entries of the user stay, holds are bounded, and none goes while shut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 5, max: 120 }), (seed, steps) => play(seed, steps)),
    { numRuns: 150 },
  );
});

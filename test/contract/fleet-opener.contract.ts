import { Application } from '../../shared/app/application.js';
import type { Fleets } from '../../shared/gate/fleet/fleet-ports.js';
import { Death, dieAt, type MortalPort } from '../support/dying-ports.js';
import type { FakeSubscription } from '../support/fakes/fake-subscription.js';
import { setProof } from '../support/open-member.js';

/** A Fleet with one pending gate of ours, whose one member is open: everything but the Fleet is in memory. */
export interface OpenerWorld {
  readonly azure: FakeSubscription;
  readonly fleets: Fleets;
  readonly gateId: string;
  /** Approvals that the Fleet took. */
  readonly approvals: () => number;
  /** Waits until the gate is Completed. */
  readonly settle: () => Promise<void>;
  readonly stopRun: () => void;
  readonly retargetRun: () => void;
  /** Somebody else writes the gate: its ETag changes. */
  readonly touchGate: () => void;
}

type Meddling = 'stopRun' | 'retargetRun' | 'touchGate';

/** What every Fleet gets from the opener. @param mortal ports at whose calls workers die: each death needs a world of its own */
export function fleetOpenerContract(open: () => Promise<OpenerWorld>, mortal: readonly MortalPort[]): void {
  const portsOf = ({ azure, fleets }: OpenerWorld, mode: 'observe' | 'enforce' = 'enforce') => ({
    ...azure.ports(mode),
    fleets,
  });
  const look = (world: OpenerWorld, ports = portsOf(world)) =>
    new Application(ports).evaluate({ kind: 'fleet-gate', gateId: world.gateId });
  const record = async ({ azure, gateId }: OpenerWorld) => (await azure.fleetRecords.get(gateId))?.record;
  const outcomes = async ({ azure }: OpenerWorld) => (await azure.audit.list(20)).map(({ outcome }) => outcome);

  test('an open gate is approved once, by however many events that come late, doubled and at the same time', async () => {
    const world = await open();
    await Promise.all([look(world), look(world), look(world)]);
    await look(world);
    await world.settle();
    await look(world);
    expect([world.approvals(), (await record(world))?.action]).toEqual([1, 'approved']);
    expect(await outcomes(world)).toEqual(['done']);
  });

  test('a lost event is made up for by reconciliation', async () => {
    const world = await open();
    await new Application(portsOf(world)).reconcile();
    expect(world.azure.gateQueue.messages).toContainEqual({ kind: 'fleet-gate', gateId: world.gateId });
  });

  test('a closed member keeps it Pending; in mode observe it stays so, and the trail says what would be done', async () => {
    const world = await open();
    await setProof(world.azure, 'missing');
    await look(world);
    expect([world.approvals(), (await record(world))?.action, await outcomes(world)]).toEqual([0, 'waiting', []]);
    await setProof(world.azure, 'proven');
    for (let looks = 0; looks < 3; looks += 1) await look(world, portsOf(world, 'observe'));
    expect([world.approvals(), (await record(world))?.action]).toEqual([0, 'would-approve']);
    expect(await outcomes(world)).toEqual(['would']);
  });

  test.each<[string, Meddling]>([
    ['was stopped', 'stopRun'],
    ['got another version', 'retargetRun'],
  ])('a run that %s between decision and approval is not approved', async (_sentence, meddle) => {
    const world = await open();
    const ports = portsOf(world);
    let reads = 0;
    const getUpdateRun = async (id: string) => {
      reads += 1;
      if (reads === 2) world[meddle]();
      return await world.fleets.getUpdateRun(id);
    };
    await look(world, { ...ports, fleets: withFleets(world.fleets, { getUpdateRun }) });
    expect([world.approvals(), (await record(world))?.action, reads]).toEqual([0, 'waiting', 2]);
  });

  test('a gate that somebody writes just before the approval (412) is judged anew, and approved then', async () => {
    const world = await open();
    let meddled = false;
    const approve: Fleets['approve'] = async (gate) => {
      if (!meddled) world.touchGate();
      meddled = true;
      return await world.fleets.approve(gate);
    };
    const ports = { ...portsOf(world), fleets: withFleets(world.fleets, { approve }) };
    await look(world, ports);
    expect([world.approvals(), (await record(world))?.action, await outcomes(world)]).toEqual([
      0,
      'waiting',
      ['failed'],
    ]);
    world.azure.clock.advance(60);
    await look(world, ports);
    expect([world.approvals(), await outcomes(world)]).toEqual([1, ['done', 'failed']]);
  });

  test('a gate that somebody else approved meanwhile (409) is left to them', async () => {
    const world = await open();
    const approve: Fleets['approve'] = async (gate) => {
      await world.fleets.approve(gate);
      await world.settle();
      return await world.fleets.approve(gate);
    };
    await look(world, { ...portsOf(world), fleets: withFleets(world.fleets, { approve }) });
    expect((await record(world))?.action).toBe('left-alone');
    expect(await outcomes(world)).toEqual(['failed']);
  });

  test('a worker that dies at any call leaves an approval that is given once, and a trail that ends', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let nth = 1; ; nth += 1) {
        const world = await open();
        const life = dieAt(portsOf(world), nth, when, mortal);
        const ended = await look(world, life.ports).then(
          () => 'lived',
          (error: unknown) => (error instanceof Death ? 'died' : String(error)),
        );
        world.azure.clock.advance(60);
        await look(world);
        await world.settle();
        world.azure.clock.advance(60);
        await look(world);
        expect([when, nth, ended, world.approvals(), (await record(world))?.action]).toEqual([
          ...[when, nth, life.calls >= nth ? 'died' : 'lived'],
          ...[1, 'approved'],
        ]);
        expect([when, nth, await outcomes(world)]).toEqual([when, nth, ['done']]);
        if (ended === 'lived') break;
      }
    }
  });
}

/** The same Fleet, with some of its answers made otherwise. */
function withFleets(fleets: Fleets, changes: Partial<Fleets>): Fleets {
  return {
    listGates: () => fleets.listGates(),
    listUpdateRuns: () => fleets.listUpdateRuns(),
    getGate: (id) => fleets.getGate(id),
    getUpdateRun: (id) => fleets.getUpdateRun(id),
    approve: (gate) => fleets.approve(gate),
    ...changes,
  };
}

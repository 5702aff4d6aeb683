import fc from 'fast-check';
import { Application } from '../../../../shared/app/application.js';
import { parseBreakRequest, parseMendRequest } from '../../../../shared/app/break-glass-requests.js';
import type { EnforcementPolicy } from '../../../../shared/gate/enforcement.js';
import {
  clusterId,
  clusterOf,
  fleetId,
  gateId,
  gateOf,
  hours,
  minutes,
  runOf,
  target,
} from '../../../support/builders.js';
import { Death, dieAt } from '../../../support/dying-ports.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';
import { addMember, setProof } from '../../../support/open-member.js';

type Step =
  | { readonly do: 'look'; readonly workers: number; readonly mode: EnforcementPolicy['mode'] }
  | { readonly do: 'die'; readonly nth: number; readonly when: 'before' | 'after' }
  | { readonly do: 'pass'; readonly seconds: number }
  | { readonly do: 'prove' | 'lose' | 'stop' | 'go' | 'touch' | 'change' | 'return' | 'break' | 'mend' }
  /** From now on ARM carries out the approvals that it accepts, or none of them. */
  | { readonly do: 'heed' | 'ignore' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      workers: fc.integer({ min: 1, max: 3 }),
      mode: fc.constantFrom('observe' as const, 'enforce' as const, 'enforce' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      nth: fc.integer({ min: 1, max: 22 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 60, 700, 1000, 5000) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('prove', 'lose', 'stop', 'go', 'touch', 'change', 'return', 'break', 'mend'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('heed', 'ignore') }) },
);

/** What is true of the member, the run and the glass, known without asking the app; and what the app made of it. */
class History {
  readonly azure = new FakeSubscription();
  readonly approvals: string[] = [];
  readonly wrong: string[] = [];
  #provenAt: number | undefined;
  #glassUntil = 0;
  #run = runOf();

  async begin(): Promise<void> {
    await addMember(this.azure, clusterOf());
    this.azure.fleets.putRun(this.#run);
    this.azure.fleets.putGate(gateOf());
    this.azure.fleets.onApproved = () => this.#judge();
  }

  /** At the moment when Azure takes an approval. */
  #judge(): void {
    const now = this.azure.clock.now().getTime();
    const fresh = this.#provenAt !== undefined && now - this.#provenAt <= minutes(15);
    if (!fresh && now >= this.#glassUntil) this.wrong.push('approved without an open decision or a broken glass');
    if (this.#run.state === 'Stopped') this.wrong.push('approved a stopped run');
    const key = this.#run.upgradeType;
    if (this.approvals.includes(key)) this.wrong.push('approved twice');
    this.approvals.push(key);
  }

  async take(step: Step): Promise<void> {
    const { azure } = this;
    const enforce = azure.ports('enforce');
    if (step.do === 'look') await this.#look(step.workers, step.mode);
    else if (step.do === 'die') await lookOf(dieAt(enforce, step.nth, step.when).ports).catch(survive);
    else if (step.do === 'pass') azure.clock.advance(step.seconds);
    else if (step.do === 'prove' || step.do === 'lose') await this.#setProof(step.do);
    else if (step.do === 'heed' || step.do === 'ignore')
      azure.fleets.approvals = step.do === 'heed' ? 'carried-out' : 'lost';
    else if (step.do === 'break' || step.do === 'mend') await this.#turnGlass(step.do);
    else this.#meddle(step.do);
  }

  async #look(workers: number, mode: EnforcementPolicy['mode']): Promise<void> {
    const before = this.approvals.length;
    const ports = this.azure.ports(mode);
    await Promise.all(Array.from({ length: workers }, () => lookOf(ports)));
    if (mode === 'observe' && this.approvals.length > before) this.wrong.push('approved in mode observe');
  }

  async #setProof(what: 'prove' | 'lose'): Promise<void> {
    await setProof(this.azure, what === 'prove' ? 'proven' : 'missing');
    this.#provenAt = what === 'prove' ? this.azure.clock.now().getTime() : undefined;
    await addMember(this.azure, clusterOf());
  }

  async #turnGlass(what: 'break' | 'mend'): Promise<void> {
    const app = new Application(this.azure.ports());
    const order = { cluster: clusterId(), kubernetesVersion: target, who: 'kim', reason: 'CVE' };
    const now = this.azure.clock.now().getTime();
    if (what === 'mend') await app.mendGlass(parseMendRequest(JSON.stringify(order), null));
    else await app.breakGlass(parseBreakRequest(JSON.stringify({ ...order, expiresInHours: 1 }), null));
    this.#glassUntil = what === 'mend' ? 0 : now + hours(1);
  }

  #meddle(what: 'stop' | 'go' | 'touch' | 'change' | 'return'): void {
    const { fleets } = this.azure;
    if (what === 'stop' || what === 'go') this.#run = { ...this.#run, state: what === 'stop' ? 'Stopped' : 'Pending' };
    if (what === 'change')
      this.#run = { ...this.#run, upgradeType: this.#run.upgradeType === 'Full' ? 'ControlPlaneOnly' : 'Full' };
    fleets.putRun(this.#run);
    // "return": Azure sets the gate back to Pending, as if nobody had approved it.
    if (what === 'touch' || what === 'return') void this.#rewriteGate(what);
  }

  async #rewriteGate(what: 'touch' | 'return'): Promise<void> {
    const gate = await this.azure.fleets.getGate(gateId());
    if (gate) this.azure.fleets.putGate(what === 'return' ? { ...gate, state: 'Pending' } : gate);
  }
}

async function lookOf(ports: ReturnType<FakeSubscription['ports']>): Promise<string> {
  return await new Application(ports).evaluate({ kind: 'fleet-gate', gateId: gateId() });
}

function survive(error: unknown): void {
  if (!(error instanceof Death)) throw error;
}

test('in no history is a gate approved twice, stopped, unproven or only observed; and every change stands in the trail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const history = new History();
      await history.begin();
      for (const one of steps) {
        await history.take(one);
        expect(history.wrong).toEqual([]);
      }
      const trail = await history.azure.audit.list(1000);
      const told = trail.filter(({ action, outcome }) => action === 'approve-fleet-gate' && outcome !== 'would');
      expect(told.length).toBeGreaterThanOrEqual(history.approvals.length);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('a gate is enforced by its fleet, or by all its members; else it is only told what would be done', async () => {
  const judge = async (...scopes: readonly string[]) => {
    const history = new History();
    await history.begin();
    await history.take({ do: 'prove' });
    const ports = { ...history.azure.ports(), enforcement: { mode: 'enforce', scopes } as const };
    await lookOf(ports);
    return history.approvals.length;
  };
  expect([await judge(), await judge(fleetId), await judge(clusterId()), await judge(clusterId('two'))]).toEqual([
    1, 1, 1, 0,
  ]);
});

import fc from 'fast-check';
import { evaluatePolicy } from '../../../../shared/gate/policy/evaluate-policy.js';
import { judgeTarget } from '../../../../shared/gate/evaluate-target.js';
import { entryOf, runningVersionsOf } from '../../../../shared/gate/policy/policy-lists.js';
import type { PolicyLists } from '../../../../shared/gate/policy/policy-ports.js';
import { hashFacts } from '../../../../shared/requirements/facts-hash.js';
import {
  clusterId,
  clusterOf,
  coredns,
  planOf,
  profileOf,
  provenState,
  setOf,
  stateOf,
  target,
  version,
} from '../../../support/builders.js';
import { FakePolicyAssignments } from '../../../support/fakes/fake-policy-assignments.js';
import { FakeSubscription } from '../../../support/fakes/fake-subscription.js';

const names = ['one', 'two'] as const;
type Name = (typeof names)[number];
const name = fc.constantFrom(...names);

const event = fc.oneof(
  fc.record({ kind: fc.constantFrom('prove', 'lose', 'expire', 'denounce', 'plan') }),
  fc.record({ kind: fc.constantFrom('upgrade', 'remove', 'restore', 'direct', 'hide', 'edit', 'change'), of: name }),
  fc.record({ kind: fc.constant('throw') }),
  fc.record({ kind: fc.constantFrom('look', 'look', 'look-while-edited', 'observe') }),
);

/** What a write may rest on: taken at the moment of the write, as it is then. */
class History {
  readonly azure = new FakeSubscription();
  readonly kept = new FakePolicyAssignments();
  readonly violations: string[] = [];
  #hidden = new Set<Name>();

  async start(): Promise<void> {
    const { azure, kept } = this;
    azure.policyAssignments = kept;
    azure.addRegistry();
    for (const one of names) this.put(one);
    await this.plan();
    const put = kept.put.bind(kept);
    kept.put = async (assignment, lists) => {
      await this.check(lists);
      return await put(assignment, lists);
    };
  }

  put(one: Name, changes: Parameters<typeof clusterOf>[2] = {}, registry: string | null = 'acr'): void {
    this.azure.clusters.put(clusterOf(one, registry, changes), profileOf('1.35.7'));
  }

  async plan(): Promise<void> {
    for (const one of names)
      await this.azure.targets.savePlan(
        planOf(setOf(coredns), { clusterId: clusterId(one), plannedAt: this.azure.clock.now() }),
      );
  }

  async save(phase: 'proven' | 'planned'): Promise<void> {
    const { states, clock } = this.azure;
    const state = phase === 'proven' ? { ...provenState(), provenAt: clock.now() } : stateOf();
    const known = (await states.get(state.registry, state))?.etag;
    await states.save([{ state, etag: known }]);
  }

  async apply(kind: string, of: Name): Promise<void> {
    const { azure, kept } = this;
    if (kind === 'prove') await this.save('proven');
    if (kind === 'lose') await this.save('planned');
    if (kind === 'expire') azure.clock.advance(25 * 3600);
    if (kind === 'plan') await this.plan();
    if (kind === 'denounce')
      await azure.targets.saveFailure({
        ...{ clusterId: clusterId(of), kubernetesVersion: target, reason: 'it changed', at: azure.clock.now() },
        effect: 'plan-wrong',
      });
    if (kind === 'upgrade') this.put(of, { kubernetesVersion: version('1.35.7') });
    if (kind === 'restore') this.put(of);
    if (kind === 'change') this.put(of, { properties: { addonProfiles: { azurepolicy: { enabled: true } } } });
    if (kind === 'direct') this.put(of, {}, null);
    if (kind === 'remove' || kind === 'hide') azure.clusters.remove(clusterOf(of).resource);
    if (kind === 'hide') this.#hidden.add(of);
    else this.#hidden.delete(of);
    azure.clusters.unreadable = [...this.#hidden].map((one) => ({ id: clusterId(one), reason: 'odd' }));
    if (kind === 'edit') kept.edit({ lists: { guarded: [], allowed: [entryOf(clusterId(of), '1.36.0')] }, note: kind });
    if (kind === 'throw') kept.failure = new Error('the worker dies');
  }

  async look(kind: string): Promise<void> {
    const ports = this.azure.ports(kind === 'observe' ? 'observe' : 'enforce');
    const { kept } = this;
    const edited = Object.assign(Object.create(kept) as typeof kept, {
      get: async () => {
        const read = await kept.get();
        kept.edit({ note: `edited ${Math.floor(this.azure.clock.now().getTime())}` });
        return read;
      },
      put: kept.put.bind(kept),
    });
    const policyAssignments = kind === 'look-while-edited' ? edited : kept;
    await evaluatePolicy({ ...ports, policyAssignments }).catch((error: unknown) => {
      if (!String(error).includes('the worker dies')) throw error;
    });
  }

  /** Every entry runs, or is open at this moment. */
  async check({ allowed }: PolicyLists): Promise<void> {
    const { clusters } = await this.azure.clusters.list();
    for (const entry of allowed) {
      const cluster = clusters.find(({ resource }) => entry.startsWith(`${resource.key}|`));
      const [id = '', asked = ''] = entry.split('|');
      if (cluster && runningVersionsOf(cluster).includes(asked)) continue;
      const { decision } = await judgeTarget(cluster?.resource.id ?? id, version(asked), this.azure.ports());
      const plan = (await this.azure.targets.get(cluster?.resource.id ?? id, version(asked)))?.planned;
      if (cluster && plan?.factsHash !== hashFacts(cluster)) this.violations.push(`of another plan: ${entry}`);
      const isIsolated = cluster === undefined || cluster.bootstrap.source === 'cache';
      if (decision.decision !== 'open' || !isIsolated) this.violations.push(entry);
    }
  }
}

test('no version is ever allowed that does not run and is not open when the list is written, whatever happened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
      const history = new History();
      await history.start();
      for (const one of [...events, { kind: 'look' }, { kind: 'look' }]) {
        const of = 'of' in one ? one.of : 'one';
        if (/^(look|observe)/.test(one.kind)) await history.look(one.kind);
        else await history.apply(one.kind, of);
        expect(history.violations).toEqual([]);
      }
      // At last the lists are what the facts say, and guarded clusters may always keep what they run.
      const { lists } = (await history.kept.get()) ?? { lists: undefined };
      for (const cluster of (await history.azure.clusters.list()).clusters) {
        const isGuarded = cluster.bootstrap.source === 'cache';
        expect(lists?.guarded.includes(cluster.resource.key)).toBe(isGuarded);
        if (isGuarded)
          expect(lists?.allowed).toEqual(
            expect.arrayContaining(runningVersionsOf(cluster).map((one) => entryOf(cluster.resource.id, one))),
          );
      }
    }),
    { numRuns: 60 },
  );
});

import { decideTarget } from '../../../shared/gate/decision/decide.js';
import { indexStates } from '../../../shared/gate/evaluate-target.js';
import type { Registry } from '../../../shared/model/registry.js';
import { planTarget } from '../../../shared/warming/plan-target.js';
import { clusterId, clusterOf, registryOf, target } from '../../support/builders.js';
import { FakeSubscription } from '../../support/fakes/fake-subscription.js';
import { soundRule, soundSettings } from '../../support/registry-facts.js';

const task = { clusterId: clusterId(), kubernetesVersion: target, attempt: 0 };
const isolated = { networkProfile: { networkPlugin: 'azure', outboundType: 'none' } };

/** A cluster without egress whose registry is warmed, and then judged. */
async function judge(registry: Registry) {
  const azure = new FakeSubscription();
  azure.addRegistry();
  azure.registries.put(registry);
  azure.addCluster(clusterOf('one', 'acr', { properties: isolated }));
  await planTarget(task, 1, azure.ports());
  await azure.pass(120);
  const record = await azure.targets.get(task.clusterId, target);
  const states = await indexStates(registry.resource.key, azure.states);
  return decideTarget(record, states, azure.clock.now(), azure.ports().gatePolicy, undefined);
}

test('a registry in good order lets the gate open', async () => {
  const sound = { ...registryOf('acr', [soundRule]), settings: soundSettings };
  expect((await judge(sound)).decision).toBe('open');
});

test.each<[string, Registry, RegExp]>([
  [
    'failed rule',
    registryOf('acr', [{ ...soundRule, provisioningState: 'Failed' }]),
    /^finding cache-rule-not-ready: .* To repair it: az acr cache delete .* && az acr cache create /,
  ],
  [
    'rule under another name',
    registryOf('acr', [{ ...soundRule, name: 'mcr' }]),
    /^finding cache-rule-renamed: .* To repair it: az acr cache delete /,
  ],
  [
    'missing private endpoint',
    { ...registryOf('acr', [soundRule]), settings: { ...soundSettings, privateEndpoints: [] } },
    /^finding private-endpoint-missing: .* To repair it: az network private-endpoint create /,
  ],
])(
  'a %s keeps the gate unknown although all is cached, and the reason names the command',
  async (_what, registry, reason) => {
    const { decision, missing, reasons } = await judge(registry);
    expect([decision, missing]).toEqual(['unknown', []]);
    expect(reasons).toEqual([expect.stringMatching(reason)]);
  },
);

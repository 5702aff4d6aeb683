import { hashFacts } from '../../shared/requirements/facts-hash.js';
import type { Cluster } from '../../shared/model/cluster.js';
import { artifactName } from '../../shared/model/artifact.js';
import { coredns, planOf, profileOf, provenState, setOf, stateOf, target } from './builders.js';
import type { FakeSubscription } from './fakes/fake-subscription.js';

/** A cluster that ARM knows, planned for one artifact. */
export async function addMember(azure: FakeSubscription, cluster: Cluster, version = target): Promise<void> {
  azure.clusters.put(cluster, profileOf(version));
  const { id: clusterId } = cluster.resource;
  const facts = { clusterId, kubernetesVersion: version, factsHash: hashFacts(cluster), plannedAt: azure.clock.now() };
  await azure.targets.savePlan(planOf(setOf(coredns), facts));
}

/** Proves the artifact that every member needs, as of now; or has it go missing. */
export async function setProof(azure: FakeSubscription, is: 'proven' | 'missing'): Promise<void> {
  const now = azure.clock.now();
  const proven = provenState(coredns, { provenAt: now, dueAt: now });
  const state = is === 'proven' ? proven : stateOf(coredns, { phase: 'waiting', dueAt: now });
  const known = (await azure.states.list(state.registry)).get(artifactName(state));
  await azure.states.save([{ state: { ...state, step: (known?.state.step ?? 0) + 1 }, etag: known?.etag }]);
}

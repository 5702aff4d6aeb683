import { indexStates, type JudgeReads } from '../../shared/gate/evaluate-target.js';
import type { ArtifactRef } from '../../shared/model/artifact.js';
import { verifyRegistry, type Verified } from '../../shared/warming/verify-registry.js';
import type { VerifyPorts, VerifyTask } from '../../shared/warming/verify-registry-ports.js';
import { minutes, provenState, stateOf } from './builders.js';
import { FakeSubscription } from './fakes/fake-subscription.js';

/** Registry of every state of the builders. */
export const registryKey = stateOf().registry;
export const roundTask: VerifyTask = { kind: 'verify-registry', registry: registryKey };

/** States as judgements read them: the registry's proof first. */
export async function indexRegistry(registry: string, ports: Pick<JudgeReads, 'registryProofs' | 'states'>) {
  const known = await ports.registryProofs.get(registry);
  return await indexStates(registry, ports.states, known?.proof);
}

/** `count` artifacts, `perRepository` tags in each repository. */
export function artifactsOf(count: number, perRepository = 2): readonly ArtifactRef[] {
  return Array.from({ length: count }, (_unused, index) => ({
    repository: `oss/part-${String(Math.floor(index / perRepository)).padStart(3, '0')}`,
    tag: `v1.${index % perRepository}`,
  }));
}

/** A registry that holds artifacts, each proven when it came in; then `hours` pass. */
export async function warmRegistry(artifacts: readonly ArtifactRef[], hoursAgo = 4) {
  const azure = new FakeSubscription();
  const cache = azure.addRegistry();
  cache.cachingSeconds = () => 0;
  for (const artifact of artifacts) {
    azure.mar.put(artifact.repository, artifact.tag);
    const state = provenState(artifact, { provenAt: azure.clock.now(), dueAt: azure.clock.now() });
    for (const reference of [state.tag, ...state.children]) await cache.get(state.cachedRepository, reference);
    await azure.states.save([{ state, etag: undefined }]);
  }
  cache.requests = 0;
  azure.clock.advance((hoursAgo * minutes(60)) / 1000);
  return { azure, cache };
}

export function verifyPorts(azure: FakeSubscription): VerifyPorts {
  const ports = azure.ports();
  return { ...ports, verifyQueue: ports.gateQueue };
}

/** A round with all that it leaves for later. @returns how each of its messages ended */
export async function finishRound(azure: FakeSubscription, most = 20): Promise<readonly Verified[]> {
  const ends: Verified[] = [await verifyRegistry(roundTask, verifyPorts(azure))];
  while (ends.length < most) {
    const wait = azure.gateQueue.nextVisibleAt - azure.clock.now().getTime();
    if (!Number.isFinite(wait)) return ends;
    azure.clock.advance(Math.max(wait, 0) / 1000);
    const delivery = azure.gateQueue.receive();
    if (delivery?.message.kind === 'verify-registry')
      ends.push(await verifyRegistry(delivery.message, verifyPorts(azure)));
    delivery?.complete();
  }
  return ends;
}

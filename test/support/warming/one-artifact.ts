import { advanceArtifact, taskOf, type AdvancePorts } from '../../../shared/warming/advance.js';
import { ContentMemory } from '../../../shared/warming/content-memory.js';
import { Outages } from '../../../shared/warming/outages.js';
import type { WarmTask } from '../../../shared/warming/ports.js';
import type { ArtifactState } from '../../../shared/warming/state.js';
import { coredns, stateOf } from '../builders.js';
import { FakeClock } from '../fakes/clock.js';
import { FakeImports, unlimitedBudgets } from '../fakes/fake-imports.js';
import { digestOf, FakeMar } from '../fakes/fake-manifests.js';
import { FakeCachingRegistry } from '../fakes/fake-registry.js';
import { MemoryArtifactStates } from '../fakes/memory-artifact-states.js';
import { memoryOutagePorts } from '../fakes/memory-outages.js';
import { MemoryQueue } from '../fakes/memory-queue.js';

/** One artifact of MAR, a registry, and the engine between them, with the time in the hands of the test. */
export function arrange(changes: Partial<ArtifactState> = {}) {
  const clock = new FakeClock();
  const mar = new FakeMar();
  mar.put(coredns.repository, coredns.tag);
  const registry = new FakeCachingRegistry(mar, clock);
  const states = new MemoryArtifactStates();
  const warmQueue = new MemoryQueue<WarmTask>(clock);
  const imports = new FakeImports(() => registry, clock);
  const first = stateOf(coredns, changes);
  const ports: AdvancePorts = {
    ...{ states, warmQueue, imports, budgets: unlimitedBudgets, upstream: mar },
    registry: () => registry,
    now: clock.now,
    memory: new ContentMemory(clock.now),
    outages: new Outages(memoryOutagePorts(), clock.now),
    proofLevel: 'deep',
    referrers: 'left',
    pace: { verifyDelaySeconds: 10 },
  };
  const current = async () => (await states.get(first.registry, coredns))?.state ?? first;
  /** Works off what falls due in this time, message by message. */
  const pass = async (seconds: number): Promise<ArtifactState> => {
    const end = clock.now().getTime() + seconds * 1000;
    if (!(await states.get(first.registry, coredns))) {
      await states.save([{ state: first, etag: undefined }]);
      await warmQueue.enqueue([taskOf(first)], 0);
    }
    for (;;) {
      const delivery = warmQueue.receive();
      if (delivery) {
        await advanceArtifact(delivery.message, delivery.deliveries, ports);
        delivery.complete();
        continue;
      }
      const next = Math.min(end, warmQueue.nextVisibleAt);
      clock.advance((next - clock.now().getTime()) / 1000);
      if (next >= end) return await current();
    }
  };
  return { clock, mar, registry, imports, ports, warmQueue, pass, current };
}

/** Children of coredns where its index has so many. */
export function pinOf(childCount: number): Pick<ArtifactState, 'children'> {
  const content = `${coredns.repository}:${coredns.tag}`;
  return { children: Array.from({ length: childCount }, (_unused, index) => digestOf(`${content}/${index}`)) };
}

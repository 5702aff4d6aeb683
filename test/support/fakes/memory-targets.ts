import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import type { PlanFailure, TargetRecord, Targets } from '../../../shared/warming/ports.js';
import type { PlannedTarget, TargetRef } from '../../../shared/warming/state.js';

/** Targets in memory. */
export class MemoryTargets implements Targets {
  readonly #rows = new Map<string, TargetRecord>();

  async list(): Promise<readonly TargetRecord[]> {
    return [...this.#rows.values()];
  }

  async get(clusterId: string, kubernetesVersion: KubernetesVersion): Promise<TargetRecord | undefined> {
    return this.#rows.get(keyOf({ clusterId, kubernetesVersion }));
  }

  async request({ clusterId, kubernetesVersion }: TargetRef, now: Date): Promise<void> {
    const key = keyOf({ clusterId, kubernetesVersion });
    if (!this.#rows.has(key)) this.#rows.set(key, { clusterId, kubernetesVersion, requestedAt: now });
  }

  async savePlan(plan: PlannedTarget): Promise<void> {
    const { clusterId, kubernetesVersion, plannedAt } = plan;
    const known = this.#rows.get(keyOf(plan))?.planned;
    if (known && known.plannedAt > plannedAt) return;
    this.#rows.set(keyOf(plan), { clusterId, kubernetesVersion, requestedAt: plannedAt, planned: plan });
  }

  async saveFailure({ clusterId, kubernetesVersion, reason, at, effect }: PlanFailure): Promise<void> {
    const target = { clusterId, kubernetesVersion };
    await this.request(target, at);
    const record = this.#rows.get(keyOf(target));
    if (!record) return;
    const stays = record.failure?.effect === 'plan-wrong' ? 'plan-wrong' : effect;
    this.#rows.set(keyOf(target), { ...record, failure: { ...target, reason, at, effect: stays } });
  }

  async remove(target: TargetRef): Promise<void> {
    this.#rows.delete(keyOf(target));
  }
}

function keyOf({ clusterId, kubernetesVersion }: TargetRef): string {
  return `${clusterId.toLowerCase()} ${kubernetesVersion}`;
}

import type { KubernetesVersion } from '../../../shared/model/kubernetes-version.js';
import { isOfTheFuture } from '../../../shared/model/clock-skew.js';
import { earliestAhead } from '../../../shared/warming/deadline.js';
import type { PlanFailure, TargetRecord, Targets } from '../../../shared/warming/ports.js';
import { isDenounced, type PlannedTarget, type TargetRef } from '../../../shared/warming/state.js';

/** Targets in memory. */
export class MemoryTargets implements Targets {
  readonly #rows = new Map<string, TargetRecord>();

  readonly #revisions = new WeakMap<TargetRecord, number>();
  #last = 0;

  constructor(private readonly now: () => Date) {}

  async list(): Promise<readonly TargetRecord[]> {
    return [...this.#rows.values()];
  }

  async get(clusterId: string, kubernetesVersion: KubernetesVersion): Promise<TargetRecord | undefined> {
    return this.#rows.get(keyOf({ clusterId, kubernetesVersion }));
  }

  async revision(clusterId: string, kubernetesVersion: KubernetesVersion): Promise<string | undefined> {
    const record = await this.get(clusterId, kubernetesVersion);
    if (!record) return undefined;
    // Records are replaced, never changed: each has its own number.
    this.#revisions.set(record, this.#revisions.get(record) ?? (this.#last += 1));
    return String(this.#revisions.get(record));
  }

  async request({ clusterId, kubernetesVersion }: TargetRef, now: Date, neededBy?: Date): Promise<void> {
    const key = keyOf({ clusterId, kubernetesVersion });
    const known = this.#rows.get(key);
    const earliest = known ? earliestAhead(now, known.neededBy, neededBy) : neededBy;
    const deadline = earliest && neededBy ? { neededBy: earliest } : {};
    this.#rows.set(key, { ...(known ?? { clusterId, kubernetesVersion, requestedAt: now }), ...deadline });
  }

  async savePlan(plan: PlannedTarget): Promise<void> {
    const { clusterId, kubernetesVersion, plannedAt } = plan;
    const { planned: known, neededBy, failure } = this.#rows.get(keyOf(plan)) ?? {};
    if (known && known.plannedAt > plannedAt && !isOfTheFuture(known.plannedAt, this.now())) return;
    const deadline = neededBy && { neededBy };
    const isWrong = failure?.effect === 'plan-wrong' && known?.factsHash === plan.factsHash;
    const denounced = isWrong && isDenounced(plan, failure.at) ? { failure } : {};
    const record = { clusterId, kubernetesVersion, requestedAt: plannedAt, planned: plan, ...deadline, ...denounced };
    this.#rows.set(keyOf(plan), record);
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

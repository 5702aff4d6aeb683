import type { TableClient } from '@azure/data-tables';
import { SyncError } from '../model/errors.js';
import type { KubernetesVersion } from '../model/kubernetes-version.js';
import { isOfTheFuture } from '../model/clock-skew.js';
import { earliestAhead } from '../warming/deadline.js';
import type { PlanFailure, TargetRecord, Targets } from '../warming/ports.js';
import { isDenounced, type PlannedTarget, type TargetRef } from '../warming/state.js';
import { isConflict, isNotFound } from './table-errors.js';
import { targetKeys } from './table-keys.js';
import { eachRow, readRow, removeRow, type StoredRow } from './table-rows.js';
import { keysOf, planRowOf, recordOf } from './table-target-rows.js';

/** Writers who come between reading a deadline and changing it. */
const mostConflicts = 3;

/** Table `syncTargets`: partition = cluster, row = Kubernetes version. A whole plan is one row, packed. */
export class TableTargets implements Targets {
  constructor(
    private readonly table: TableClient,
    private readonly now: () => Date,
  ) {}

  async list(): Promise<readonly TargetRecord[]> {
    const records: TargetRecord[] = [];
    for await (const entity of eachRow(this.table)) {
      const record = recordOf(entity);
      if (record) records.push(record);
    }
    return records;
  }

  async get(cluster: string, version: KubernetesVersion): Promise<TargetRecord | undefined> {
    const stored = await readRow(this.table, targetKeys(cluster, version));
    return stored && recordOf(stored);
  }

  /** Its ETag, without the plan. */
  async revision(cluster: string, version: KubernetesVersion): Promise<string | undefined> {
    return (await readRow(this.table, targetKeys(cluster, version), ['requestedAt']))?.etag;
  }

  async request(target: TargetRef, now: Date, neededBy?: Date): Promise<void> {
    const deadline = neededBy === undefined ? {} : { neededBy: neededBy.toISOString() };
    try {
      await this.table.createEntity({ ...keysOf(target), requestedAt: now.toISOString(), ...deadline });
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (neededBy) await this.#hasten(target, now, neededBy);
    }
  }

  /** A row that was removed meanwhile is not wanted any more. */
  async #hasten(target: TargetRef, now: Date, neededBy: Date, tries = 0): Promise<void> {
    const stored = await this.#row(target);
    const before = dateOf(stored?.['neededBy']);
    const earliest = earliestAhead(now, before, neededBy);
    if (!stored || earliest === undefined || earliest.getTime() === before?.getTime()) return;
    try {
      const entity = { ...keysOf(target), neededBy: earliest.toISOString() };
      await this.table.updateEntity(entity, 'Merge', { etag: stored.etag });
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      if (tries >= mostConflicts) throw conflictOf(target, error);
      await this.#hasten(target, now, neededBy, tries + 1);
    }
  }

  async savePlan(plan: PlannedTarget): Promise<void> {
    const stored = await this.#row(plan);
    const newest = dateOf(stored?.['plannedAt']);
    if (newest && newest > plan.plannedAt && !isOfTheFuture(newest, this.now())) return;
    const neededBy = dateOf(stored?.['neededBy']);
    const deadline = neededBy ? { neededBy: neededBy.toISOString() } : {};
    const entity = { ...planRowOf(plan), ...deadline, ...denouncedOf(stored, plan) };
    try {
      if (stored) await this.table.updateEntity(entity, 'Replace', { etag: stored.etag });
      else await this.table.createEntity(entity);
    } catch (error) {
      // Somebody else wrote meanwhile: decided anew, with what is there now.
      if (!isConflict(error) && !isNotFound(error)) throw error;
      throw conflictOf(plan, error);
    }
  }

  async #row(target: TargetRef): Promise<StoredRow | undefined> {
    const select = ['plannedAt', 'neededBy', 'factsHash', 'planWrong', 'failure', 'failedAt'];
    return await readRow(this.table, keysOf(target), select);
  }

  async saveFailure(failure: PlanFailure): Promise<void> {
    const at = failure.at.toISOString();
    const told = {
      ...keysOf(failure),
      failure: failure.reason.slice(0, 2000),
      failedAt: at,
      ...(failure.effect === 'plan-wrong' ? { planWrong: true } : {}),
    };
    try {
      await this.table.createEntity({ ...told, requestedAt: at });
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.#merge(told);
    }
  }

  /** A row that was removed meanwhile is not wanted any more: it must not come back as half a row. */
  async #merge(entity: ReturnType<typeof keysOf>): Promise<void> {
    try {
      await this.table.updateEntity(entity, 'Merge');
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async remove(target: TargetRef): Promise<void> {
    await removeRow(this.table, keysOf(target));
  }
}

/** @returns undefined for what is no date: it is written anew then */
function dateOf(column: unknown): Date | undefined {
  const date = typeof column === 'string' ? new Date(column) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date : undefined;
}

/** What is told of a row's plan that also goes for this one. */
function denouncedOf(stored: Readonly<Record<string, unknown>> | undefined, plan: PlannedTarget) {
  const { planWrong, factsHash, failure, failedAt } = stored ?? {};
  const since = dateOf(failedAt);
  if (planWrong !== true || factsHash !== plan.factsHash || !since || !isDenounced(plan, since)) return {};
  return { planWrong, failure: String(failure), failedAt: since.toISOString() };
}

function conflictOf({ clusterId, kubernetesVersion }: TargetRef, cause: unknown): SyncError {
  return new SyncError('STATE_CONFLICT', `the plan of ${clusterId} ${kubernetesVersion} changed meanwhile`, { cause });
}

import type { FleetGate, UpdateRun } from './fleet.js';

/** What was done, or would be done, with a Fleet gate. "approving" is written before Azure is asked: a worker that dies then leaves a trace. */
export type FleetGateAction = 'approved' | 'approving' | 'would-approve' | 'waiting' | 'left-alone';

/** An approval that was begun: what is needed to know later whether it took effect, and never to give it twice. */
export interface Approval {
  readonly at: Date;
  /** ETag of the gate that the approval carries. As long as the gate still has it, Azure has not taken the approval. */
  readonly etag: string;
  /** What was approved: `hashRun`. */
  readonly run: string;
  /** Other states of the run that were approved at this gate before. */
  readonly before: readonly string[];
  /** Whether ARM said that it takes it. */
  readonly accepted: boolean;
}

export interface FleetGateRecord {
  readonly id: string;
  readonly displayName: string;
  readonly updateRun: string;
  readonly stage: string;
  readonly group?: string;
  readonly action: FleetGateAction;
  /** Why it waits or is left alone; which clusters opened it. */
  readonly reasons: readonly string[];
  /** Ours that was begun, whatever became of it: no gate is approved twice. */
  readonly approval?: Approval;
  readonly recordedAt: Date;
}

export interface FleetGateRecords {
  get(gateId: string): Promise<{ readonly record: FleetGateRecord; readonly etag: string } | undefined>;
  list(): Promise<readonly FleetGateRecord[]>;
  /** @returns false when somebody else wrote first; nothing was written then */
  save(record: FleetGateRecord, etag: string | undefined): Promise<boolean>;
}

/** Fleets of the subscription. Source: `Microsoft.ContainerService/fleets`, api-version 2026-06-01. */
export interface Fleets {
  /** All gates of all fleets of the subscription. @throws SyncError ARM_FORBIDDEN, ARM_UNAVAILABLE, ARM_UNEXPECTED */
  listGates(): Promise<readonly FleetGate[]>;
  /** All update runs of all fleets of the subscription, also those that have no gate yet. @throws SyncError as `listGates` */
  listUpdateRuns(): Promise<readonly UpdateRun[]>;
  /** @returns undefined when it is gone */
  getGate(gateId: string): Promise<FleetGate | undefined>;
  /** @returns undefined when it is gone */
  getUpdateRun(runId: string): Promise<UpdateRun | undefined>;
  /**
   * Sets the gate to Completed if it still is as `gate` says.
   * @returns "conflict" when it has changed since: read it again and decide anew
   * @throws SyncError as `listGates`
   */
  approve(gate: FleetGate): Promise<'approved' | 'conflict'>;
}

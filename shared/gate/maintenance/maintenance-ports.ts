/** The three configurations that AKS knows, by what they govern. Source: azure-aks-docs planned-maintenance.md. */
export const configurationNames = [
  /** Kubernetes versions, by the auto-upgrade channel. */
  'aksManagedAutoUpgradeSchedule',
  /** Node images and security patches, by the node OS channel. */
  'aksManagedNodeOSUpgradeSchedule',
  /** Weekly AKS releases: control plane and add-ons. */
  'default',
] as const;
export type ConfigurationName = (typeof configurationNames)[number];

/** A JSON object as ARM sent it: also with fields that nobody here knows. */
export type MaintenanceDocument = Readonly<Record<string, unknown>>;

/** `Microsoft.ContainerService/managedClusters/maintenanceConfigurations`, whole. */
export interface MaintenanceConfiguration {
  readonly name: ConfigurationName;
  readonly document: MaintenanceDocument;
  /** Absent: Azure gives none (api-version 2025-10-01 documents none), and a change can only be compared with what is there just before. */
  readonly etag?: string;
}

/** What became of a write. */
export type MaintenanceWrite =
  | { readonly result: 'done'; readonly document: MaintenanceDocument | undefined }
  /** Somebody changed it since it was read (412): nothing was written. */
  | { readonly result: 'conflict'; readonly reason: string }
  /** AKS works on the cluster (409): nothing was written. */
  | { readonly result: 'busy'; readonly reason: string }
  /** Azure takes no such document (400), in its words. */
  | { readonly result: 'refused'; readonly reason: string };

/** Maintenance configurations of clusters; the resource can only be replaced as a whole. */
export interface MaintenanceConfigurations {
  /** Those of the three names that exist. @throws SyncError ARM_FORBIDDEN, ARM_UNAVAILABLE, ARM_UNEXPECTED */
  list(clusterId: string): Promise<readonly MaintenanceConfiguration[]>;
  /**
   * Replaces a configuration that still is as it was read, or creates one. Runs twice: the second finds a changed one.
   * @param before as it was read; undefined: there was none @throws SyncError as `list`
   */
  put(
    clusterId: string,
    name: ConfigurationName,
    document: MaintenanceDocument,
    before: MaintenanceConfiguration | undefined,
  ): Promise<MaintenanceWrite>;
  /** Deletes a configuration that still is as it was read; one that is gone counts as deleted. @throws SyncError as `list` */
  remove(clusterId: string, before: MaintenanceConfiguration): Promise<MaintenanceWrite>;
}

/** An entry of `notAllowedDates`: whole days (`2026-11-23`) in the window's utcOffset, both of them included. */
export interface DateSpan {
  readonly start: string;
  readonly end: string;
}

/**
 * Where a hold stands. Written before Azure is asked: `placing`, `releasing`. In Azure: `held`. The others are told to people:
 * - would-hold: mode observe
 * - covered: the user's own entries keep maintenance away already
 * - overridden: somebody changed or removed our entry, or the configuration; not placed again before all targets were open once
 * - without-configuration, unholdable: nothing is there that an entry could be put into
 * - refused: Azure did not take it; tried again after a while
 */
export const holdStates = [
  ...(['placing', 'held', 'releasing'] as const),
  ...(['would-hold', 'covered', 'overridden', 'without-configuration', 'unholdable', 'refused'] as const),
] as const;
export type HoldState = (typeof holdStates)[number];

/** What is known of one configuration that is to be held: our proof that an entry is ours. */
export interface HoldRecord {
  readonly clusterId: string;
  readonly configuration: ConfigurationName;
  readonly state: HoldState;
  /** Exactly our entry; absent where there is none. */
  readonly entry?: DateSpan;
  /** While `placing`: an earlier entry of ours that it takes the place of, where that is there. */
  readonly replaces?: DateSpan;
  /** While `releasing`: how many entries of users equal ours, and stay; absent: none. */
  readonly alike?: number;
  /** The configuration is ours too. */
  readonly created?: true;
  /** The configuration before the first entry; null: there was none. */
  readonly before: MaintenanceDocument | null;
  /** When an entry of ours was first seen in Azure; absent before. */
  readonly heldSince?: Date;
  /** When this came to be asked for. */
  readonly since: Date;
  readonly recordedAt: Date;
  /** When Azure last refused a change of it. */
  readonly refusedAt?: Date;
  /** Which targets are shut, and what else there is to know; each at most `longestReason` characters. */
  readonly reasons: readonly string[];
}

/** What is told is compared with what was told: nothing of it may be lost in a column. */
export const longestReason = 500;

export interface StoredHold {
  readonly record: HoldRecord;
  readonly etag: string;
}

/** Table `syncHolds`. A row that cannot be read is left out: what it held ends by itself. */
export interface Holds {
  list(): Promise<readonly HoldRecord[]>;
  ofCluster(clusterId: string): Promise<readonly StoredHold[]>;
  /** @param etag of the record that is replaced; undefined: there was none. @returns the new etag; undefined when somebody else wrote first */
  save(record: HoldRecord, etag: string | undefined): Promise<string | undefined>;
  /** @returns false when somebody else wrote first */
  remove(stored: StoredHold): Promise<boolean>;
}

/** Settings MAINTENANCE_HOLDS, MAINTENANCE_CREATE and HOLD_DAYS. */
export interface MaintenancePolicy {
  /** `off`: nothing; `auto-upgrade`: Kubernetes versions and node images; `all`: weekly AKS releases too. */
  readonly scope: 'off' | 'auto-upgrade' | 'all';
  /** Whether a configuration that is missing is made for as long as it is held. */
  readonly create: 'never' | 'allowed';
  /** Whole days beyond today that an entry lasts: what a hold outlives the service by, at most. */
  readonly holdDays: number;
}

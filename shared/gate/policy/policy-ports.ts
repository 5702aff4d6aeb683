/** Parameters of the policy assignment that are ours. Entries of `allowed`: cluster id in lower case, `|`, version. */
export interface PolicyLists {
  /** Resource ids: of other clusters the policy says nothing. */
  readonly guarded: readonly string[];
  readonly allowed: readonly string[];
}

/** A policy assignment as it was read. */
export interface PolicyAssignment {
  readonly id: string;
  readonly lists: PolicyLists;
  /** All of it, as ARM gave it: what is not ours goes back as it is. */
  readonly document: unknown;
}

/** The one assignment whose lists are kept. Source: `Microsoft.Authorization/policyAssignments`, which has no ETag. */
export interface PolicyAssignments {
  /** @returns undefined when it is gone. @throws SyncError ARM_FORBIDDEN, ARM_UNAVAILABLE, ARM_UNEXPECTED */
  get(): Promise<PolicyAssignment | undefined>;
  /**
   * Writes the lists, and everything else as `assignment` has it. It is read once more just before: what a person changes within that
   * moment is lost, as the API cannot tell.
   * @returns "conflict" when it is not as `assignment` any more, or is being written by somebody else (409, 412)
   * @throws SyncError as `get`
   */
  put(assignment: PolicyAssignment, lists: PolicyLists): Promise<'written' | 'conflict'>;
}

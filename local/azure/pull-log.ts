/** One row of `ContainerRegistryRepositoryEvents`, as far as anybody asks for it. */
export interface PullRow {
  readonly timeGenerated: Date;
  readonly loginServer: string;
  readonly repository: string;
  /** Empty for a pull by digest. */
  readonly tag: string;
  readonly digest: string;
  readonly identity: string;
  readonly userAgent: string;
}

/** The diagnostic log of all registries: every manifest that somebody got. Log Analytics has it at once, where Azure takes minutes. */
export class PullLog {
  private readonly logged: PullRow[] = [];

  record(row: Omit<PullRow, 'timeGenerated'>): void {
    this.logged.push({ ...row, timeGenerated: new Date() });
  }

  rows(): readonly PullRow[] {
    return this.logged;
  }
}

/** Something about the catalogue that an operator should look at; the app tells it as a problem. */
export interface CatalogAlert {
  /** For example `agentbaker`, `overrides.json`. */
  readonly subject: string;
  /** What happened, with the code and path of the failure. */
  readonly reason: string;
}

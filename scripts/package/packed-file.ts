/** A file of the package. */
export interface PackedFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly contents: Uint8Array;
}

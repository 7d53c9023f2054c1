/** A file that a projection makes. */
export interface GeneratedFile {
  /** Relative to the folder that it is written to, with forward slashes. */
  readonly path: string;
  readonly content: string;
}

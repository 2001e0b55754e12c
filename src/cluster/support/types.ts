/** One file of a bundle. */
export interface Entry {
  /** Below the host's folder. */
  readonly path: string;
  /** What it is, for the index. */
  readonly what: string;
  /** Redacted; undefined when it could not be read. */
  readonly text?: string;
  /** Why it could not be read, or not in full. */
  readonly problem?: string;
}

/** One command whose output is collected: the allow-list is made of these. */
export interface Source {
  readonly path: string;
  readonly what: string;
  readonly argv: readonly string[];
}

import type { Look } from '../look.ts';

/** A usual reason why a node does not work. */
export interface Suspect {
  /** Kebab-case; a row of docs/troubleshooting.md. */
  readonly id: string;
  /** One sentence without its full stop. */
  readonly cause: string;
  readonly fix: string;
  readonly look: Look;
}

/** One thing that happened, as a line for people or for programs. */
export interface Entry {
  /** ISO 8601, UTC. */
  readonly ts: string;
  readonly level: 'info' | 'warn';
  /** `rkube/host1`: cluster and node; '' for the agent itself. */
  readonly node: string;
  readonly msg: string;
}

/** Where the agent says what it does. */
export class Journal {
  readonly #write: (entry: Entry) => void;
  /** The latest warning. */
  problem: Entry | undefined;

  constructor(write: (entry: Entry) => void) {
    this.#write = write;
  }

  info(node: string, msg: string): void {
    this.#write({ ts: new Date().toISOString(), level: 'info', node, msg });
  }

  warn(node: string, msg: string): void {
    this.problem = { ts: new Date().toISOString(), level: 'warn', node, msg };
    this.#write(this.problem);
  }
}

/** `2026-11-21T23:10:00Z rkube/host1: opened …` */
export const entryLine = ({ ts, level, node, msg }: Entry): string =>
  `${ts.slice(0, 19)}Z ${level === 'warn' ? '! ' : ''}${node === '' ? '' : `${node}: `}${msg}`;

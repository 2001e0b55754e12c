import type { Invocation } from './invocation.ts';

export interface VerbOption {
  /** As commander takes it: `--ttl <duration>`. */
  readonly flags: string;
  readonly help: string;
  readonly default?: string | boolean;
  /** Given several times, values add up. */
  readonly repeat?: boolean;
}

/** One verb: what it is called and takes, as data; `run` imports what it needs when it runs. */
export interface Verb {
  readonly name: string;
  /** Positional arguments, commander's notation. */
  readonly args?: string;
  readonly summary: string;
  /** `[command, what it does]`, shown first by --help. */
  readonly examples: readonly (readonly [string, string])[];
  readonly options?: readonly VerbOption[];
  /** Which settings have flags: those that name a node, or all. */
  readonly settings: 'none' | 'node' | 'all';
  /** Prints data: has --json. */
  readonly data?: boolean;
  /** Changes something: has --dry-run. */
  readonly changes?: boolean;
  /** Arguments after the first belong to another program. */
  readonly passThrough?: boolean;
  run(invocation: Invocation): Promise<void>;
}

import type { Readable, Writable } from 'node:stream';
import type { Lifetime } from '../core/lifetime.ts';
import { type Reporter, report } from '../core/reporter.ts';
import type { Run } from '../core/run.ts';

/** What the process gives rkube; tests give something else. */
export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: Writable & { isTTY?: boolean };
  readonly stderr: Writable & { isTTY?: boolean };
  readonly lifetime: Lifetime;
}

/** One call of one verb: parsed flags and arguments, and ways to answer. */
export class Invocation {
  readonly process: Process;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
  readonly reporter: Reporter;
  /** Exit code when the verb ends without an error. */
  exitCode = 0;

  constructor(process: Process, flags: Readonly<Record<string, unknown>>, args: readonly string[], reporter: Reporter) {
    this.process = process;
    this.flags = flags;
    this.args = args;
    this.reporter = reporter;
  }

  get dryRun(): boolean {
    return this.flags['dryRun'] === true;
  }

  get run(): Run {
    return { lifetime: this.process.lifetime, reporter: this.reporter, dryRun: this.dryRun };
  }

  get stepOptions(): { retain: boolean } {
    return { retain: this.flags['retain'] === true };
  }

  /** Ids of checks to ignore. */
  get ignore(): readonly string[] {
    return (this.flags['ignore'] as readonly string[] | undefined) ?? [];
  }

  /** Data: JSON with --json, else the text made for people. A dry run has none: it would be made up. */
  answer(data: unknown, text: () => string): void {
    if (this.dryRun) return;
    this.print(this.flags['json'] === true ? JSON.stringify(data, undefined, 2) : text());
  }

  /** To standard output, where data goes. */
  print(text: string): void {
    if (text !== '') this.process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** What the reader may do next; to standard error, and not in a dry run. */
  next(...lines: readonly string[]): void {
    if (!this.dryRun) for (const line of lines) report(this.reporter, 'info', line);
  }
}

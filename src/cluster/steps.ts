import { interrupted, messageOf, RkubeError, withDetails } from '../core/errors.ts';
import { report } from '../core/reporter.ts';
import type { Run } from '../core/run.ts';

/** Cleaning up after an interrupt or a failure takes at most this long. */
const UNWIND_MS = 90_000;

interface Undo {
  readonly title: string;
  readonly action: () => Promise<void>;
}

/** Tells why a step probably failed, as lines; none when it does not know. Never rejects. */
type Explain = (error: RkubeError) => Promise<readonly string[]>;

/** Errors that name what did not happen, and not why. */
const UNEXPLAINED = ['timeout', 'command-failed'];

/**
 * Runs a verb as a flat list of named steps, and takes back what was begun when one fails or the user
 * interrupts. `commit` marks the point from which the next run goes on instead of starting over.
 */
export class Steps {
  readonly run: Run;
  #undo: Undo[] = [];
  #explain: Explain = async () => [];
  readonly #retain: boolean;

  constructor(run: Run, options: { retain?: boolean } = {}) {
    this.run = run;
    this.#retain = options.retain ?? false;
  }

  /** One step: progress before and after, with its duration. */
  async step<T>(title: string, action: () => Promise<T>): Promise<T> {
    if (this.run.lifetime.interrupted) throw interrupted(title);
    const started = performance.now();
    report(this.run.reporter, 'start', title, title);
    try {
      const value = await action();
      if (this.run.lifetime.interrupted) throw interrupted(title);
      report(this.run.reporter, 'ok', title, title, seconds(started));
      return value;
    } catch (error) {
      report(this.run.reporter, 'fail', title, title, seconds(started));
      const explained = await this.#explained(error);
      throw this.run.lifetime.interrupted ? interrupted(title) : explained;
    }
  }

  /** From here on errors of steps get the explanation as details, before anything is taken back. */
  explain(explain: Explain): void {
    this.#explain = explain;
  }

  async #explained(error: unknown): Promise<unknown> {
    if (!(error instanceof RkubeError) || !UNEXPLAINED.includes(error.id) || this.run.lifetime.interrupted)
      return error;
    const lines = await this.#explain(error);
    return lines.length === 0 ? error : withDetails(error, lines);
  }

  /** A step that needs nothing done: says so. */
  skip(title: string): void {
    report(this.run.reporter, 'skip', title, title);
  }

  /** Registers how to take back what the next lines begin. Register before beginning. */
  undo(title: string, action: () => Promise<void>): void {
    this.#undo.push({ title, action });
  }

  /** What was begun is complete: it stays whatever comes later. */
  commit(): void {
    this.#undo = [];
  }

  /** Runs the body; on failure takes back what is not committed, newest first, then rethrows. */
  async guard<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      await this.#unwind();
      throw error;
    }
  }

  async #unwind(): Promise<void> {
    if (this.run.dryRun) return;
    if (this.#retain) {
      if (this.#undo.length > 0)
        report(this.run.reporter, 'warn', 'Kept for inspection (--retain); the next run repairs it');
      return;
    }
    const again = new AbortController();
    const second = (): void => again.abort();
    process.once('SIGINT', second);
    this.run.lifetime.shield(UNWIND_MS, again.signal);
    for (const { title, action } of this.#undo.reverse()) {
      const started = performance.now();
      report(this.run.reporter, 'start', title, title);
      try {
        await action();
        report(this.run.reporter, 'ok', title, title, seconds(started));
      } catch (error) {
        report(
          this.run.reporter,
          'fail',
          `${title}: ${messageOf(error)}; the next run repairs it`,
          title,
          seconds(started),
        );
      }
    }
    process.off('SIGINT', second);
  }
}

const seconds = (started: number): number => Math.round((performance.now() - started) / 100) / 10;

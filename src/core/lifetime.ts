/**
 * How long work may go on. Everything that waits or spawns reads `signal` when it starts, so that
 * clean-up after an interrupt gets a fresh signal with a limit of its own instead of the aborted one.
 */
export class Lifetime {
  #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  get interrupted(): boolean {
    return this.#signal.aborted;
  }

  /** From now on work lasts at most `ms` milliseconds and only `again` (a second Ctrl-C) ends it sooner. */
  shield(ms: number, again: AbortSignal): void {
    this.#signal = AbortSignal.any([AbortSignal.timeout(ms), again]);
  }
}

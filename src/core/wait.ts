import { setTimeout as sleep } from 'node:timers/promises';
import { interrupted, RkubeError } from './errors.ts';
import type { Lifetime } from './lifetime.ts';

/** What a probe found: the value waited for, or the latest observation. */
export type Observation<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly seen: string };

/** A described condition: what is waited for, how it is seen, how long it may take. */
export interface Condition<T> {
  /** Completes "waiting for …". */
  readonly describe: string;
  readonly probe: () => Promise<Observation<T>>;
  readonly deadlineMs: number;
  /** Pause between probes; default 500 ms. */
  readonly intervalMs?: number;
  /** What the reader does when it never comes true. */
  readonly next?: string;
}

export const done = <T>(value: T): Observation<T> => ({ done: true, value });
export const notYet = (seen: string): Observation<never> => ({ done: false, seen });

/** Seam for tests; milliseconds since any fixed point. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/**
 * Probes until the condition holds.
 * @throws RkubeError `timeout` with the last observation, or `interrupted`
 */
export async function waitFor<T>(condition: Condition<T>, lifetime: Lifetime, clock: Clock = realClock): Promise<T> {
  const until = clock.now() + condition.deadlineMs;
  for (;;) {
    if (lifetime.interrupted) throw interrupted(`waiting for ${condition.describe}`);
    const seen = await condition.probe();
    if (seen.done) return seen.value;
    if (clock.now() >= until) throw timeout(condition, seen.seen);
    await clock.sleep(condition.intervalMs ?? 500, lifetime.signal).catch(() => {});
  }
}

function timeout(condition: Condition<unknown>, seen: string): RkubeError {
  const how = condition.deadlineMs === 0 ? 'Asked once' : `Waited ${Math.round(condition.deadlineMs / 1000)} s`;
  return new RkubeError({
    id: 'timeout',
    message: `${how} for ${condition.describe}; last seen: ${seen}`,
    ...(condition.next === undefined ? {} : { next: condition.next }),
  });
}

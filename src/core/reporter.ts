// Progress is one stream of events; renderers (cli/render) make it a terminal, plain lines or JSON lines.

export type EventState = 'start' | 'ok' | 'skip' | 'fail' | 'info' | 'warn' | 'plan';

export interface ProgressEvent {
  /** ISO 8601, UTC. */
  readonly ts: string;
  readonly state: EventState;
  /** The step the event belongs to; empty outside any step. */
  readonly step: string;
  readonly msg: string;
  /** Seconds the step took, on `ok` and `fail`. */
  readonly seconds?: number;
}

/** Receives progress. `message` is for people: what happened, in one line. */
export interface Reporter {
  event(event: ProgressEvent): void;
}

export const silent: Reporter = { event: () => {} };

/** Shorthands that stamp the time. */
export function report(reporter: Reporter, state: EventState, msg: string, step = '', seconds?: number): void {
  const ts = new Date().toISOString();
  reporter.event(seconds === undefined ? { ts, state, step, msg } : { ts, state, step, msg, seconds });
}

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
  /** On `info` of a step that moves data. */
  readonly bytes?: Bytes;
}

/** How far something has come, in bytes. `total` may grow while it is not fully known. */
export interface Bytes {
  readonly done: number;
  readonly total: number;
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

/** The same for a step that moves data: `12 of 345 MB`. */
export function reportBytes(reporter: Reporter, step: string, bytes: Bytes): void {
  const mb = (count: number): string => (count / 1e6).toFixed(0);
  const msg = `${mb(bytes.done)} of ${mb(bytes.total)} MB`;
  reporter.event({ ts: new Date().toISOString(), state: 'info', step, msg, bytes });
}

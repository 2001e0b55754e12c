import { messageOf } from '../core/errors.ts';
import type { Journal } from './journal.ts';
import type { Look, SeenNode } from './seen.ts';

/** What the agent can see of a node from the host. */
export type Ailment =
  | 'ended'
  /** Its first process is stopped by a signal. */
  | 'halted'
  /** It has no default route. */
  | 'severed'
  /** The host has its address no more, and has another. */
  | 'moved'
  /** There is a control plane that it does not know. */
  | 'behind';

/**
 * It must have been so for so long: engines, boot units and the node itself mend most of it sooner. The others take an API
 * server out of their list when it has not said for 15 s that it lives. Milliseconds.
 */
const GRACE_MS: Readonly<Record<Ailment, number>> = {
  ended: 15_000,
  halted: 15_000,
  severed: 30_000,
  moved: 10_000,
  behind: 45_000,
};
/** First pause before it is tried again, and the longest one. Milliseconds. */
const PAUSE_MS = 5_000;
const LONGEST_MS = 300_000;
/** A node that is well for so long is tried at once the next time. Milliseconds. */
const STABLE_MS = 600_000;
/** After the user's rkube wanted the node: time for what the user means to do. Milliseconds. */
const LEFT_MS = 60_000;

interface Parts {
  /**
   * Mends it in a process of its own.
   * @returns what was done, for the journal; undefined when there is nothing to mend: it was taken down, or is gone
   * @throws when it could not be mended now
   */
  readonly mend: (patient: SeenNode, ailment: Ailment, signal: AbortSignal) => Promise<string | undefined>;
  readonly journal: Pick<Journal, 'info' | 'warn'>;
  /** The engines are to be asked anew. */
  readonly changed: () => void;
  /** Milliseconds since any fixed point. */
  readonly now?: () => number;
}

interface Patient {
  seen: SeenNode;
  ailment?: Ailment | undefined;
  since: number;
  notBefore: number;
  pause: number;
  complaint: string;
  mending?: { readonly stop: AbortController; readonly ended: Promise<void> };
}

/** Brings back nodes that the agent has seen and that nobody took down, with pauses that grow. */
export class Repair {
  readonly #parts: Parts;
  readonly #now: () => number;
  readonly #patients = new Map<string, Patient>();
  /** Not to be brought back until they are seen running again. */
  readonly #left = new Set<string>();
  #listed = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
  }

  /** What a look has shown. A node that an engine does not list any more has ended, when that engine has answered. */
  take({ engines, nodes }: Look): void {
    const unasked = [...this.#patients].filter(([, { seen }]) => !engines.includes(seen.engine));
    this.#listed = new Set([...unasked.map(([name]) => name), ...nodes.map(({ container }) => container)]);
    for (const seen of nodes) {
      if (seen.running !== undefined) this.#left.delete(seen.container);
      else if (seen.runs || this.#left.has(seen.container)) continue;
      const has = this.#patients.get(seen.container);
      if (has === undefined)
        this.#patients.set(seen.container, { seen, since: 0, notBefore: 0, pause: PAUSE_MS, complaint: '' });
      else has.seen = seen;
    }
  }

  /** Looks at each node, and begins to mend what has been wrong long enough. */
  check(ailmentOf: (seen: SeenNode) => Ailment | undefined): void {
    const now = this.#now();
    for (const [container, patient] of this.#patients) {
      if (patient.mending !== undefined) continue;
      const ailment = this.#listed.has(container) ? ailmentOf(patient.seen) : 'ended';
      if (ailment !== patient.ailment) {
        patient.ailment = ailment;
        patient.since = now;
      }
      if (ailment === undefined) {
        if (now - patient.since > STABLE_MS) patient.pause = PAUSE_MS;
      } else if (now >= Math.max(patient.since + GRACE_MS[ailment], patient.notBefore)) {
        const stop = new AbortController();
        patient.mending = { stop, ended: this.#mend(patient, ailment, stop.signal) };
      }
    }
  }

  async #mend(patient: Patient, ailment: Ailment, signal: AbortSignal): Promise<void> {
    const { mend, journal, changed } = this.#parts;
    const { seen, pause } = patient;
    const name = `${seen.cluster}/${seen.node}`;
    patient.pause = Math.min(pause * 2, LONGEST_MS);
    try {
      const done = await mend(seen, ailment, signal);
      patient.complaint = '';
      if (done !== undefined) {
        journal.info(name, done);
        // Until the next look has shown it.
        patient.seen = { ...seen, runs: true };
        this.#listed.add(seen.container);
      } else {
        this.#patients.delete(seen.container);
        this.#left.add(seen.container);
      }
    } catch (error) {
      const complaint = signal.aborted ? '' : messageOf(error);
      if (complaint !== patient.complaint) journal.warn(name, `cannot be brought back yet: ${complaint}`);
      patient.complaint = complaint;
    }
    patient.notBefore = this.#now() + (signal.aborted ? LEFT_MS : pause);
    delete patient.mending;
    changed();
  }

  /** Another rkube of the user's wants the node: whether one of ours had it. Resolves when it has ended. */
  async giveWay(container: string): Promise<boolean> {
    const mending = this.#patients.get(container)?.mending;
    mending?.stop.abort();
    await mending?.ended;
    return mending !== undefined;
  }

  /** Ends what is under way. */
  async end(): Promise<void> {
    await Promise.all([...this.#patients.keys()].map((container) => this.giveWay(container)));
  }
}

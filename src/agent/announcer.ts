import type { KubeClient } from './client.ts';
import { ANNOTATION, type Heralded, RENEW_MS } from './heralds.ts';

/** Ports that open one after the other are told together. Milliseconds. */
const GATHER_MS = 100;
/** What could not be written is written again. Milliseconds. */
const RETRY_MS = 5_000;
/** The node may be gone already. Milliseconds. */
const FAREWELL_MS = 2_000;

/**
 * Says on this node's own Node that its agent lives, and which load balancers it does not serve. One write at a time:
 * of two, the older one could come last.
 */
export class Announcer {
  readonly #client: () => Pick<KubeClient, 'ask'>;
  readonly #path: string;
  readonly #problem: (message: string) => void;
  readonly #ending = new AbortController();
  /** What the Node says, as far as it matters now. */
  #said = '';
  /** The Node may say something of ours. */
  #stands = false;
  #now: Omit<Heralded, 'at'> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #ended = false;

  constructor(client: () => Pick<KubeClient, 'ask'>, node: string, problem: (message: string) => void) {
    this.#client = client;
    this.#path = `/api/v1/nodes/${node}`;
    this.#problem = problem;
  }

  /** What is so now; undefined while there are no load balancers: then nothing is written. */
  say(what: Omit<Heralded, 'at'> | undefined): void {
    this.#now = what;
    if (what === undefined) {
      clearTimeout(this.#timer);
      this.#said = '';
    } else if (JSON.stringify(what) !== this.#said) this.#later(GATHER_MS);
  }

  /** Takes it back, when the write under way is done. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    const late = setTimeout(() => this.#ending.abort(), FAREWELL_MS);
    await this.#writing;
    if (this.#stands) await this.#write(null).catch(() => {});
    clearTimeout(late);
  }

  /** While one is under way, it is that one which looks for what has come meanwhile. */
  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#ended || this.#writing !== undefined) return;
    this.#timer = setTimeout(() => {
      if (this.#now !== undefined) this.#writing = this.#renew(this.#now);
    }, ms);
  }

  async #renew(now: Omit<Heralded, 'at'>): Promise<void> {
    const next = await this.#try(now);
    this.#writing = undefined;
    this.#later(next);
  }

  /** Returns after how long to write again. Milliseconds. */
  async #try(now: Omit<Heralded, 'at'>): Promise<number> {
    try {
      this.#stands = true;
      const { status } = await this.#write({ at: new Date().toISOString(), ...now });
      if (status >= 300) throw new Error(`status ${status}`);
      this.#said = this.#now === undefined ? '' : JSON.stringify(now);
      return JSON.stringify(this.#now) === this.#said ? RENEW_MS : GATHER_MS;
    } catch (error) {
      if (!this.#ended) this.#problem(`the Node cannot be annotated: ${String(error)}`);
      return RETRY_MS;
    }
  }

  #write(said: Heralded | null): Promise<{ status: number }> {
    const annotations = { [ANNOTATION]: said === null ? null : JSON.stringify(said) };
    const body = { metadata: { annotations } };
    return this.#client().ask(this.#path, { method: 'PATCH', body, signal: this.#ending.signal });
  }
}

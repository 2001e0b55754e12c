import type { KubeClient } from './client.ts';
import { ANNOTATION, type Heralded, RENEW_MS } from './heralds.ts';

/** Ports that open one after the other are told together. Milliseconds. */
const GATHER_MS = 100;
/** What could not be written is written again. Milliseconds. */
const RETRY_MS = 5_000;
/** The node may be gone already. Milliseconds. */
const FAREWELL_MS = 2_000;

/** Says on this node's own Node that its agent lives, and which load balancers it does not serve. */
export class Announcer {
  readonly #client: () => KubeClient;
  readonly #path: string;
  readonly #problem: (message: string) => void;
  #said = '';
  #now: Omit<Heralded, 'at'> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(client: () => KubeClient, node: string, problem: (message: string) => void) {
    this.#client = client;
    this.#path = `/api/v1/nodes/${node}`;
    this.#problem = problem;
  }

  /** What is so now; undefined while there are no load balancers: then nothing is written. */
  say(what: Omit<Heralded, 'at'> | undefined): void {
    this.#now = what;
    const text = JSON.stringify(what);
    if (what === undefined) clearTimeout(this.#timer);
    else if (text !== this.#said) this.#later(GATHER_MS);
    if (what === undefined) this.#said = '';
  }

  /** Takes it back. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    if (this.#said !== '') await this.#write(null, AbortSignal.timeout(FAREWELL_MS)).catch(() => {});
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#ended) this.#timer = setTimeout(() => void this.#renew(), ms);
  }

  async #renew(): Promise<void> {
    const now = this.#now;
    if (now === undefined) return;
    try {
      const { status } = await this.#write({ at: new Date().toISOString(), ...now }, AbortSignal.timeout(RENEW_MS));
      if (status >= 300) throw new Error(`status ${status}`);
      this.#said = JSON.stringify(now);
      this.#later(JSON.stringify(this.#now) === this.#said ? RENEW_MS : GATHER_MS);
    } catch (error) {
      this.#problem(`the Node cannot be annotated: ${String(error)}`);
      this.#later(RETRY_MS);
    }
  }

  #write(said: Heralded | null, signal: AbortSignal): Promise<{ status: number }> {
    const annotations = { [ANNOTATION]: said === null ? null : JSON.stringify(said) };
    return this.#client().ask(this.#path, { method: 'PATCH', body: { metadata: { annotations } }, signal });
  }
}

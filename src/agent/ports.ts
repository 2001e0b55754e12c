import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, RkubeError } from '../core/errors.ts';
import { same } from './forward/port.ts';
import type { Forwarder, HostPort } from './types.ts';
import { type Claim, portName } from './wanted.ts';

/** What has become of a port. */
export type Outcome =
  | { readonly what: 'opened'; readonly claim: Claim }
  | { readonly what: 'closed'; readonly port: HostPort }
  | {
      readonly what: 'failed';
      readonly claim: Claim;
      readonly id: string;
      readonly message: string;
      readonly again: boolean;
    }
  /** The forwarder itself does not answer. */
  | { readonly what: 'broken'; readonly message: string };

export interface Failure {
  readonly claim: Claim;
  /** `port-taken`, `port-refused` or another error's. */
  readonly id: string;
  readonly message: string;
  readonly tries: number;
  /** When it is tried again, performance.now(). Milliseconds. */
  readonly retryAt: number;
}

/** So many ports are opened or closed side by side. */
const AT_ONCE = 16;
/** Changes that come together are done together. Milliseconds. */
const GATHER_MS = 10;
/** A port that could not be opened is tried again, first after, at last every. Milliseconds. */
const RETRY_MS = 1_000;
const RETRY_LIMIT_MS = 60_000;
/** What is open is compared with what should be, also when nothing has happened. Milliseconds. */
const CHECK_MS = 60_000;

/** Makes the ports of one node what they should be: opens, closes, tries again what failed. */
export class Ports {
  readonly #forwarder: Forwarder;
  readonly #tell: (outcome: Outcome) => void;
  readonly #signal: AbortSignal;
  #wanted: ReadonlyMap<string, Claim> = new Map();
  /** What nobody wants is closed: not before it is known what is wanted. */
  #complete = false;
  #open: ReadonlyMap<string, HostPort> = new Map();
  #failures = new Map<string, Failure>();
  #running: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(forwarder: Forwarder, tell: (outcome: Outcome) => void, signal: AbortSignal) {
    this.#forwarder = forwarder;
    this.#tell = tell;
    this.#signal = signal;
    signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
  }

  get open(): ReadonlyMap<string, HostPort> {
    return this.#open;
  }

  get failures(): ReadonlyMap<string, Failure> {
    return this.#failures;
  }

  /** From now on these should be open, and, when `complete`, nothing else. */
  want(claims: readonly Claim[], complete: boolean): void {
    this.#wanted = new Map(claims.map((claim) => [portName(claim.port), claim]));
    this.#complete = complete;
    void this.settle();
  }

  /** Compares and does what is to do; resolves when that is done, as far as it can be done now. */
  settle(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
      if (this.#again && !this.#signal.aborted) void this.settle();
    });
    return this.#running;
  }

  async #work(): Promise<void> {
    clearTimeout(this.#timer);
    let next = CHECK_MS;
    while (this.#again && !this.#signal.aborted) {
      await sleep(GATHER_MS);
      this.#again = false;
      try {
        next = await this.#pass();
      } catch (error) {
        next = RETRY_MS;
        this.#tell({ what: 'broken', message: messageOf(error) });
      }
    }
    if (!this.#signal.aborted) this.#timer = setTimeout(() => void this.settle(), next);
  }

  /** Resolves with the milliseconds until the next is due. */
  async #pass(): Promise<number> {
    let closed = true;
    const open = new Map((await this.#forwarder.list()).map((port) => [portName(port), port]));
    this.#open = open;
    for (const [name, { claim }] of this.#failures) {
      const now = this.#wanted.get(name);
      if (now === undefined || !same(now.port, claim.port)) this.#failures.delete(name);
    }
    const wrong = [...open].filter(([name, port]) => {
      const claim = this.#wanted.get(name);
      return claim === undefined ? this.#complete : !same(claim.port, port);
    });
    await eachOf(wrong, async ([name, port]) => {
      try {
        await this.#forwarder.close(port);
        open.delete(name);
        this.#tell({ what: 'closed', port });
      } catch {
        closed = false;
      }
    });
    const due = [...this.#wanted].filter(
      ([name]) => !open.has(name) && (this.#failures.get(name)?.retryAt ?? 0) <= performance.now(),
    );
    await eachOf(due, async ([name, claim]) => {
      try {
        await this.#forwarder.open(claim.port);
        open.set(name, claim.port);
        this.#failures.delete(name);
        this.#tell({ what: 'opened', claim });
      } catch (error) {
        this.#fail(claim, error);
      }
    });
    return closed ? this.#nextRetry() : RETRY_MS;
  }

  #fail(claim: Claim, error: unknown): void {
    const tries = (this.#failures.get(portName(claim.port))?.tries ?? 0) + 1;
    const retryAt = performance.now() + Math.min(RETRY_MS * 2 ** (tries - 1), RETRY_LIMIT_MS);
    const { id, next = '' } = error instanceof RkubeError ? error : { id: 'port-failed' };
    const message = `${messageOf(error)}${next === '' ? '' : `. ${next}`}`;
    this.#failures.set(portName(claim.port), { claim, id, message, tries, retryAt });
    this.#tell({ what: 'failed', claim, id, message, again: tries > 1 });
  }

  #nextRetry(): number {
    const soonest = Math.min(...[...this.#failures.values()].map(({ retryAt }) => retryAt - performance.now()));
    return Math.max(GATHER_MS, Math.min(soonest, CHECK_MS));
  }

  /** Closes every port; of what cannot be closed nothing is said: the process ends. */
  async closeAll(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    const open = await this.#forwarder.list().catch(() => []);
    await eachOf(open, (port) => this.#forwarder.close(port).catch(() => {}));
    this.#open = new Map();
  }
}

/** Does it for each, so many side by side. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
}

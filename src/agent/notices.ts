import { createHash } from 'node:crypto';
import { type KubeClient, wordsOf } from './client.ts';

/** Something to say on a Service. */
export interface Notice {
  readonly service: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly type: 'Normal' | 'Warning';
  /** One word, e.g. `PortTaken`. */
  readonly reason: string;
  /** What it is about, of several things with one reason on one Service, e.g. a port. */
  readonly subject: string;
  readonly message: string;
}

/** What was said is said again after so long; in between it is not worth a write. Milliseconds. */
const REPEAT_MS = 300_000;
/** Of what was said so much is remembered. */
const REMEMBERED = 2_000;
/** So many at once; others wait. */
const AT_ONCE = 4;

/**
 * Says things as Events on Services, with the node's own right to make Events. The same thing said again counts up
 * one Event and makes none.
 */
export class Notices {
  readonly #client: () => KubeClient;
  readonly #node: string;
  readonly #signal: AbortSignal;
  readonly #problem: (message: string) => void;
  readonly #said = new Map<string, { count: number; at: number; message: string }>();
  #queue: (() => Promise<void>)[] = [];
  #workers = 0;

  constructor(client: () => KubeClient, node: string, signal: AbortSignal, problem: (message: string) => void) {
    this.#client = client;
    this.#node = node;
    this.#signal = signal;
    this.#problem = problem;
  }

  /** Never rejects, never waits. */
  say(notice: Notice): void {
    const { service, reason, subject, message } = notice;
    const key = createHash('sha256').update(`${service.uid} ${this.#node} ${reason} ${subject}`).digest('hex');
    const before = this.#said.get(key);
    const now = performance.now();
    if (before !== undefined && before.message === message && now - before.at < REPEAT_MS) return;
    const count = (before?.count ?? 0) + 1;
    if (this.#said.size >= REMEMBERED) this.#said.clear();
    this.#said.set(key, { count, at: now, message });
    this.#queue.push(() => this.#write(`${service.name.slice(0, 200)}.${key.slice(0, 16)}`, notice, count));
    if (this.#workers < AT_ONCE) void this.#work();
  }

  async #work(): Promise<void> {
    this.#workers++;
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      await job().catch((error: unknown) => {
        if (!this.#signal.aborted) this.#problem(`An event could not be written: ${String(error)}`);
      });
    }
    this.#workers--;
  }

  async #write(name: string, { service, type, reason, message }: Notice, count: number): Promise<void> {
    const path = `/api/v1/namespaces/${service.namespace}/events`;
    const now = new Date().toISOString().replace(/\.\d+/, '');
    const again = { count, lastTimestamp: now, message };
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: service.namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Service', ...service },
      source: { component: 'rkube-agent', host: this.#node },
      type,
      reason,
      firstTimestamp: now,
      ...again,
    };
    const made = await this.#client().ask(path, { method: 'POST', body, signal: this.#signal });
    // There already: said by an agent before this one, or by this one.
    const answer =
      made.status === 409
        ? await this.#client().ask(`${path}/${name}`, {
            method: 'PATCH',
            body: { ...again, count: Math.max(count, 2) },
            signal: this.#signal,
          })
        : made;
    // A namespace that is being deleted takes no more.
    const ended = answer.status === 404 || wordsOf(answer).includes('being terminated');
    if (answer.status >= 300 && !ended) this.#problem(`An event could not be written: ${wordsOf(answer)}`);
  }
}

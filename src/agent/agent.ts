import { messageOf } from '../core/errors.ts';
import { ownAddresses } from '../host/own-addresses.ts';
import type { Answer, Request } from './control.ts';
import type { Journal } from './journal.ts';
import { isHalted, isSevered, startOf } from './process.ts';
import { Repair } from './repair.ts';
import type { Look, RunningNode, SeenNode } from './seen.ts';
import { ServedNode } from './served.ts';
import { agentStatus } from './status.ts';
import type { Forwarder, NodePlace } from './types.ts';

/** A node's first process is looked at so often: what that takes is to wake up at all. Milliseconds. */
const PULSE_MS = 2_000;
/** Nodes are looked at for what needs mending at every so manieth. */
const CHECK_BEATS = 3;
/**
 * While something is missing (an engine that does not answer, a node that does not run) the engines are asked again
 * after so long, at last every five minutes. When nothing is missing they are never asked. Milliseconds.
 */
const PAUSES_MS: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 120_000, 300_000];

/** Credentials that are refused are read again at most so often. Milliseconds. */
const REFUSED_MS = 300_000;

interface Parts {
  readonly journal: Journal;
  readonly look: () => Promise<Look>;
  readonly token: (seen: SeenNode) => Promise<string>;
  readonly forwarderFor: (place: NodePlace, onLost: () => void) => Forwarder;
  /** Mends a node in a process of its own, or tells it of all `planes`; undefined when there is nothing to mend. */
  readonly mend: (patient: SeenNode, planes: readonly string[], signal: AbortSignal) => Promise<string | undefined>;
  readonly pulseMs?: number;
}

/** Serves all nodes of this user on this host. */
export class Agent {
  readonly #parts: Parts;
  readonly #since = new Date().toISOString();
  readonly #nodes = new Map<string, { served: ServedNode; started: string | undefined }>();
  #seen = new Map<string, SeenNode>();
  #looking: Promise<void> | undefined;
  #again = false;
  #tries = 0;
  #next: NodeJS.Timeout | undefined;
  #refusedAt = -REFUSED_MS;
  #ended = false;
  readonly #repair: Repair;
  #beats = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { journal, mend } = parts;
    this.#repair = new Repair({
      journal,
      mend: (patient, ailment, signal) =>
        mend(patient, ailment === 'behind' ? (this.#served(patient)?.newPlanes ?? []) : [], signal),
      changed: () => void this.look(),
    });
  }

  /** Serves until the signal aborts; then closes all ports. */
  async run(signal: AbortSignal): Promise<void> {
    const pulse = setInterval(() => this.#pulse(), this.#parts.pulseMs ?? PULSE_MS);
    void this.look();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    this.#ended = true;
    clearInterval(pulse);
    clearTimeout(this.#next);
    await this.#repair.end();
    await this.#looking;
    await Promise.all([...this.#nodes.keys()].map((container) => this.#drop(container)));
  }

  /** Asks the engines, soon; resolves when what they told is acted on. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async answer(request: Request): Promise<Answer> {
    if (request.do === 'give-way') return { gaveWay: await this.#repair.giveWay(request.container) };
    if (request.do === 'status')
      return {
        status: agentStatus(this.#since, this.#parts.journal, [...this.#seen.values()], (seen) => this.#served(seen)),
      };
    if (request.do === 'look' || request.do === 'sync') {
      this.#tries = 0;
      const looked = this.look();
      if (request.do === 'look') return {};
      await looked;
      await Promise.all([...this.#nodes.values()].map(({ served }) => served.settle()));
    }
    return { ports: [...this.#nodes.values()].flatMap(({ served }) => served.rows) };
  }

  async #lookAll(): Promise<void> {
    clearTimeout(this.#next);
    let whole = false;
    while (this.#again && !this.#ended) {
      this.#again = false;
      try {
        whole = await this.#take(await this.#parts.look());
      } catch (error) {
        whole = false;
        if (!this.#ended) this.#parts.journal.warn('', messageOf(error));
      }
    }
    if (whole) this.#tries = 0;
    else if (!this.#ended)
      this.#next = setTimeout(() => void this.look(), PAUSES_MS[this.#tries++] ?? PAUSES_MS.at(-1));
  }

  /** Acts on what was seen; whether nothing is missing. */
  async #take(look: Look): Promise<boolean> {
    const { engines, nodes } = look;
    this.#repair.take(look);
    const before = this.#seen;
    const unknown = [...this.#seen.values()].filter(({ engine }) => !engines.includes(engine));
    this.#seen = new Map([...unknown, ...nodes].map((seen) => [seen.container, seen]));
    for (const seen of nodes) {
      const has = this.#nodes.get(seen.container);
      if (seen.running === undefined) {
        const problem = `not served: ${seen.problem}`;
        if (before.get(seen.container)?.problem !== seen.problem) this.#parts.journal.warn(nameOf(seen), problem);
        continue;
      }
      if (has?.served.seen.running.place.pid !== seen.running.place.pid) {
        await this.#drop(seen.container);
        this.#serve(seen as RunningNode);
      } else {
        has.served.serve(seen as RunningNode);
      }
    }
    return nodes.length > 0 && unknown.length === 0 && nodes.every(({ problem }) => problem === '');
  }

  #serve(seen: RunningNode): void {
    const { journal, forwarderFor, token } = this.#parts;
    const { place } = seen.running;
    const forwarder = forwarderFor(place, () => void served.settle());
    const served: ServedNode = new ServedNode(seen, {
      forwarder,
      journal,
      onRefused: () => this.#refused(),
      token: () => token(seen),
    });
    this.#nodes.set(seen.container, { served, started: startOf(place.pid) });
    journal.info(served.name, `serving it by ${forwarder.kind}`);
    served.serve(seen);
  }

  /** The API does not take the node's credentials any more: there may be new ones. */
  #refused(): void {
    if (performance.now() - this.#refusedAt < REFUSED_MS) return;
    this.#refusedAt = performance.now();
    void this.look();
  }

  #pulse(): void {
    for (const [container, { served, started }] of this.#nodes) {
      if (startOf(served.seen.running.place.pid) === started) continue;
      this.#parts.journal.warn(served.name, 'the node has ended');
      this.#tries = 0;
      void this.#drop(container).then(() => this.look());
    }
    if (this.#beats++ % CHECK_BEATS === 0) this.#check();
  }

  #check(): void {
    const here = ownAddresses();
    this.#repair.check((seen) => {
      if (!seen.runs) return 'ended';
      const served = this.#served(seen);
      if (served === undefined) return undefined;
      const { pid } = served.seen.running.place;
      if (isHalted(pid)) return 'halted';
      if (here.length > 0 && !here.includes(seen.address)) return 'moved';
      if (isSevered(pid)) return 'severed';
      return served.newPlanes.length > 0 ? 'behind' : undefined;
    });
  }

  #served({ container }: SeenNode): ServedNode | undefined {
    return this.#nodes.get(container)?.served;
  }

  async #drop(container: string): Promise<void> {
    const has = this.#nodes.get(container);
    this.#nodes.delete(container);
    await has?.served.end();
  }
}

const nameOf = ({ cluster, node }: SeenNode): string => `${cluster}/${node}`;

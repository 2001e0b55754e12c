import { messageOf } from '../core/errors.ts';
import { KubeClient, wordsOf } from './client.ts';
import { type Herald, ingressOf, type NodeObject, readHerald, writer } from './heralds.ts';
import type { Access } from './seen.ts';
import type { Service } from './services.ts';
import { follow } from './watch.ts';

/** A Service that has just come is not everywhere yet. Milliseconds. */
const GATHER_MS = 500;
/** Agents that have ended silently are noticed so often; so is what could not be written. Milliseconds. */
const CHECK_MS = 15_000;

interface Parts {
  /** Name of this control plane's node. */
  readonly node: string;
  /** Access with the right to write the status of Services. */
  readonly access: () => Promise<Access>;
  readonly services: () => readonly Service[];
  readonly problem: (message: string) => void;
}

/** On a control plane: tells Services of type LoadBalancer the addresses of the hosts that serve them. */
export class Balancers {
  readonly #parts: Parts;
  readonly #heralds = new Map<string, Herald>();
  #client: KubeClient | undefined;
  #stop: AbortController | undefined;
  #listed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Services have changed. Without load balancers nothing is watched, and no token is asked for. */
  changed(): void {
    if (!this.#parts.services().some(isConcerned)) return this.end();
    if (this.#stop === undefined) void this.#begin();
    else this.#later(GATHER_MS);
  }

  end(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#client?.end();
    this.#client = undefined;
    this.#listed = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #begin(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    try {
      const client = new KubeClient(await this.#parts.access());
      if (stop.signal.aborted) return client.end();
      this.#client = client;
      const note = (node: NodeObject): void =>
        void this.#heralds.set(
          node.metadata.name,
          readHerald(node, this.#heralds.get(node.metadata.name), performance.now()),
        );
      const watcher = {
        onAll: (nodes: readonly NodeObject[]) => {
          const names = nodes.map(({ metadata }) => metadata.name);
          for (const name of this.#heralds.keys()) if (!names.includes(name)) this.#heralds.delete(name);
          nodes.forEach(note);
          this.#listed = true;
          this.#later(GATHER_MS);
        },
        onChange: (kind: string, node: NodeObject) => {
          if (kind === 'DELETED') this.#heralds.delete(node.metadata.name);
          else note(node);
          this.#later(GATHER_MS);
        },
        // Whoever took the token away, or its end: another is asked for.
        onState: (_: string, refused: boolean) => void (refused && this.#again()),
      };
      void follow<NodeObject>(client, '/api/v1/nodes', '', watcher, stop.signal);
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#parts.problem(`the status of load balancers cannot be written: ${messageOf(error)}`);
      this.#again();
    }
  }

  #again(): void {
    this.end();
    this.#timer = setTimeout(() => this.changed(), CHECK_MS);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#write(), ms);
  }

  async #write(): Promise<void> {
    const { node, services, problem } = this.#parts;
    const client = this.#client;
    const signal = this.#stop?.signal;
    if (client === undefined || signal === undefined || !this.#listed) return;
    const heralds = [...this.#heralds.values()];
    const now = performance.now();
    for (const service of writer(heralds, now) === node ? services().filter(isConcerned) : []) {
      const wanted = ingressOf(service, heralds, now);
      if (wanted.join() === service.ingress.join()) continue;
      const path = `/api/v1/namespaces/${service.namespace}/services/${service.name}/status`;
      const body = { status: { loadBalancer: { ingress: wanted.map((ip) => ({ ip, ipMode: 'VIP' })) } } };
      try {
        const answer = await client.ask(path, { method: 'PATCH', body, signal });
        if (answer.status >= 300 && answer.status !== 404) problem(`the status of a load balancer: ${wordsOf(answer)}`);
      } catch (error) {
        if (!signal.aborted) problem(`the status of a load balancer: ${messageOf(error)}`);
      }
    }
    if (!signal.aborted) this.#later(CHECK_MS);
  }
}

const isConcerned = ({ type, ingress }: Service): boolean => type === 'LoadBalancer' || ingress.length > 0;

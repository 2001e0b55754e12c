import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spec, Told } from '../../../../src/agent/forward/rootlesskit-api.ts';

/** RootlessKit's API for ports on a real socket, with a store of its own; messages as RootlessKit 2.0 and 3.0 word them. */
export class Kit {
  readonly folder = mkdtempSync(join(tmpdir(), 'rkube-ports-'));
  readonly socket = join(this.folder, 'api.sock');
  readonly memory = join(this.folder, 'rkube/node.ports.json');
  ports: Told[] = [];
  /** Requests that changed something: `POST tcp4 …`, `DELETE 3`. */
  readonly log: string[] = [];
  /** Refuses to add with these words. */
  refuses = '';
  /** Called when a port has been added, before the answer. */
  added: () => void = () => {};
  #server: Server | undefined;
  #next = 1;

  async start(): Promise<this> {
    this.ports = [];
    this.#next = 1;
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const [status, answer] = this.#answer(request.method ?? '', request.url ?? '', body);
        response.writeHead(status).end(answer === undefined ? '' : JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.socket, resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** The engine's own, as Docker asks for it. */
  publish(spec: Spec): void {
    this.ports.push({ id: this.#next++, spec });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #answer(method: string, url: string, body: string): [number, unknown] {
    // Go writes an empty list as null.
    if (method === 'GET' && url === '/v1/ports') return [200, this.ports.length === 0 ? null : this.ports];
    if (method === 'POST' && url === '/v1/ports') return this.#add(JSON.parse(body) as Spec);
    const id = Number(/^\/v1\/ports\/(\d+)$/.exec(url)?.[1]);
    if (method !== 'DELETE') return [404, undefined];
    this.log.push(`DELETE ${id}`);
    if (!this.ports.some((port) => port.id === id)) return [400, { message: `unknown id: ${id}` }];
    this.ports = this.ports.filter((port) => port.id !== id);
    return [200, undefined];
  }

  #add(spec: Spec): [number, unknown] {
    const { proto, parentIP, parentPort, childIP, childPort } = spec;
    this.log.push(`POST ${proto} ${parentIP}:${parentPort} ${childIP}:${childPort}`);
    if (this.refuses !== '') return [400, { message: this.refuses }];
    const other = this.ports.find(
      (port) => port.spec.parentIP === parentIP && port.spec.parentPort === parentPort && port.spec.proto === proto,
    );
    if (other !== undefined) return [400, { message: `conflict with ID ${other.id}` }];
    const told = { id: this.#next++, spec };
    this.ports.push(told);
    this.added();
    return [201, told];
  }
}

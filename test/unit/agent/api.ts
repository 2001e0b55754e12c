import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Access } from '../../../src/agent/seen.ts';

const NAME = 'api.test.rkube.internal';

/** A certificate of its own for the server and, as its own CA, for the client. */
function certificate(): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rkube-api-'));
  const [cert, key] = [join(folder, 'cert'), join(folder, 'key')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const subject = ['-subj', '/CN=system:node:host1', '-addext', `subjectAltName=DNS:${NAME}`];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', ...subject], {
    stdio: 'ignore',
  });
  const made = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}

const made = certificate();

/** A part of the Kubernetes API with a history: lists, watches with bookmarks, events. Only who shows the certificate is let in. */
export class Api {
  readonly server: Server;
  /** `GET /api/v1/services?…`, in order. */
  readonly asked: string[] = [];
  readonly posted: { method: string; path: string; body: Record<string, unknown> }[] = [];
  items: { metadata: { uid: string } & Record<string, unknown> }[] = [];
  version = 100;
  /** Answers the next questions with this status. */
  refuse: { status: number; times: number } = { status: 0, times: 0 };
  /** Status of writes, one after the other; then 201. */
  writes: number[] = [];
  readonly #watches = new Set<ServerResponse>();
  /** Addresses of the control planes, as the EndpointSlice of the Service `kubernetes` has them. */
  #planes: readonly string[] = [];
  readonly #planeWatches = new Set<ServerResponse>();

  constructor() {
    const options = { ...made, ca: made.cert, requestCert: true, rejectUnauthorized: true };
    this.server = createServer(options, (request, response) => void this.#answer(request, response));
  }

  async listen(port = 0): Promise<Access> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    const address = this.server.address();
    return {
      name: NAME,
      port: typeof address === 'object' && address ? address.port : 0,
      addresses: ['127.0.0.1'],
      ca: made.cert,
      certificate: `${made.cert}${made.key}`,
      token: '',
    };
  }

  get watching(): number {
    return this.#watches.size;
  }

  get watchingPlanes(): number {
    return this.#planeWatches.size;
  }

  frame(type: string, object: unknown): void {
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  /** A change of an object, as watchers see it. */
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: (typeof this.items)[number], told = true): void {
    this.items = this.items.filter(({ metadata }) => metadata.uid !== item.metadata.uid);
    if (type !== 'DELETED') this.items.push(item);
    const resourceVersion = String(++this.version);
    if (told) this.frame(type, { ...item, metadata: { ...item.metadata, resourceVersion } });
  }

  /** The control planes are here from now on. */
  tellPlanes(...planes: string[]): void {
    this.#planes = planes;
    for (const watch of this.#planeWatches)
      watch.write(`${JSON.stringify({ type: 'MODIFIED', object: this.#slice() })}\n`);
  }

  #slice() {
    const resourceVersion = String(++this.version);
    return {
      metadata: { uid: 'uid-kubernetes', name: 'kubernetes', resourceVersion },
      endpoints: [{ addresses: this.#planes }],
    };
  }

  bookmark(): void {
    this.frame('BOOKMARK', { metadata: { resourceVersion: String(++this.version) } });
  }

  /** The connections break, as when the API's host loses power. */
  cut(): void {
    for (const watches of [this.#watches, this.#planeWatches]) {
      for (const watch of watches) watch.socket?.destroy();
      watches.clear();
    }
  }

  /** The watches end in good order, as they do every half hour. */
  endWatches(): void {
    for (const watch of this.#watches) watch.end();
    this.#watches.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    if (!(request.socket as TLSSocket).authorized) return void response.writeHead(401).end('{}');
    const path = new URL(url, 'https://api');
    const ofPlanes = path.pathname.endsWith('/endpointslices');
    if (method !== 'GET') return this.#write(request, response, path.pathname);
    if (!ofPlanes) this.asked.push(`${method} ${url}`);
    if (!ofPlanes && this.refuse.times-- > 0) {
      const message = `refused with ${this.refuse.status}`;
      return void response.writeHead(this.refuse.status).end(JSON.stringify({ kind: 'Status', message }));
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    if (path.searchParams.get('watch') !== '1') {
      const metadata = { resourceVersion: String(this.version) };
      return void response.end(JSON.stringify({ metadata, items: ofPlanes ? [this.#slice()] : this.items }));
    }
    response.flushHeaders();
    const watches = ofPlanes ? this.#planeWatches : this.#watches;
    watches.add(response);
    response.once('close', () => watches.delete(response));
  }

  async #write(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    this.posted.push({ method: request.method ?? '', path, body: JSON.parse(text) as Record<string, unknown> });
    const status = this.writes.shift() ?? 201;
    response.writeHead(status).end(JSON.stringify({ message: `answered with ${status}` }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

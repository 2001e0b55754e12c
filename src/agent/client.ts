import { Agent, request } from 'node:https';
import { lineSplitter } from '../core/lines.ts';
import type { Access } from './seen.ts';

/** An answer of the Kubernetes API, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** Milliseconds for one answer. */
const ANSWER_MS = 15_000;
/** A watch gets a bookmark a minute; one that is silent for so long is dead. Milliseconds. */
const SILENCE_MS = 180_000;
/** A peer that lost power closes nothing. Milliseconds. */
const KEEP_ALIVE_MS = 10_000;

/** Speaks to a cluster's API by plain HTTPS: a client library would cost more memory than all else (decision 0011). */
export class KubeClient {
  readonly #access: Access;
  readonly #agent: Agent;
  #turn = 0;

  constructor(access: Access) {
    const { ca, certificate, name } = access;
    this.#access = access;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 8,
      ca,
      servername: name,
      ...(certificate === '' ? {} : { cert: certificate, key: certificate }),
    });
  }

  /** One question, one answer. Rejects when there is none; the next try goes to the next control plane. */
  async ask(path: string, call: Call): Promise<Answer> {
    let body = '';
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(ANSWER_MS)]);
    const status = await this.#send(path, { ...call, signal }, (text) => void (body += text));
    return { status, body };
  }

  /**
   * Follows an answer that goes on, line by line, until it ends; `onOpen` tells its status first.
   * @throws when the connection breaks
   */
  async follow(
    path: string,
    signal: AbortSignal,
    onOpen: (status: number) => void,
    onLine: (line: string) => void,
  ): Promise<void> {
    const split = lineSplitter(onLine);
    await this.#send(path, { signal }, split, onOpen);
    split('\n');
  }

  /** Closes what is kept open. */
  end(): void {
    this.#agent.destroy();
  }

  #send(
    path: string,
    { method = 'GET', body, signal }: Call,
    onText: (text: string) => void,
    onOpen: (status: number) => void = () => {},
  ): Promise<number> {
    const { addresses, port, name, token } = this.#access;
    const data = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => {
        this.#turn++;
        reject(error);
      };
      const asked = request(
        {
          agent: this.#agent,
          host: addresses[this.#turn % addresses.length] ?? name,
          port,
          path,
          method,
          signal,
          headers: {
            host: `${name}:${port}`,
            accept: 'application/json',
            'user-agent': 'rkube-agent',
            ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
            ...(data === '' ? {} : { 'content-length': Buffer.byteLength(data), 'content-type': contentType(method) }),
          },
        },
        (response) => {
          onOpen(response.statusCode ?? 0);
          response.setEncoding('utf8').on('data', onText);
          response.once('end', () => resolve(response.statusCode ?? 0));
          // Cut off in the middle: there is no `end`.
          response.once('error', failed);
        },
      );
      asked.setTimeout(SILENCE_MS, () => asked.destroy(new Error(`silent for ${SILENCE_MS / 1000} s`)));
      asked.once('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
      asked.once('error', failed);
      asked.end(data);
    });
  }
}

const contentType = (method: string): string =>
  method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';

/** The API's own words about a refusal. */
export function wordsOf({ status, body }: Answer): string {
  try {
    const { message } = JSON.parse(body) as { message?: string };
    return message ?? `status ${status}`;
  } catch {
    return `status ${status}: ${body.slice(0, 200)}`;
  }
}

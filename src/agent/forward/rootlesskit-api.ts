// Not imported: from node 22 on that loads its WebSocket, too, which takes memory, and ends node 22 under --lite-mode.
const { request } = process.getBuiltinModule('node:http');

/** One forwarded port, as RootlessKit's API writes it (`/v1/ports`, the same in 1.x to 3.x). */
export interface Spec {
  readonly proto: string;
  readonly parentIP: string;
  readonly parentPort: number;
  readonly childIP: string;
  readonly childPort: number;
}
export interface Told {
  readonly id: number;
  readonly spec: Spec;
}

/** Milliseconds. It answers from memory; removing a port waits up to 5 s for the listening socket to be closed. */
const DEADLINE_MS = 20_000;

/** Ports that RootlessKit forwards, the engine's own among them. @throws Error of the connection */
export async function listPorts(socket: string): Promise<readonly Told[]> {
  // Go writes an empty list as null.
  return ((await call(socket, 'GET', '/v1/ports')) as readonly Told[] | null) ?? [];
}

/** @throws Refused */
export async function addPort(socket: string, spec: Spec): Promise<Told> {
  return (await call(socket, 'POST', '/v1/ports', spec)) as Told;
}

/** @throws Refused */
export async function removePort(socket: string, id: number): Promise<void> {
  await call(socket, 'DELETE', `/v1/ports/${id}`);
}

/** RootlessKit answered, and said no. */
export class Refused extends Error {}

function call(socketPath: string, method: string, path: string, body?: Spec): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(DEADLINE_MS);
    // A connection that is kept may lead to a RootlessKit that has ended since.
    const asked = request({ socketPath, method, path, headers, signal, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(text === '' ? undefined : JSON.parse(text));
        else reject(new Refused(reason(text) || `status ${statusCode}`));
      });
    });
    asked.once('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** `{"message":"…"}` */
function reason(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? '';
  } catch {
    return text.trim();
  }
}

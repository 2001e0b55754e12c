import { request } from 'node:http';
import * as z from 'zod/mini';

/** `GET /v1/info` of RootlessKit's API, 1.x and 2.x. Without a port driver, as with pasta's, there is no such part. */
const Info = z.object({
  networkDriver: z.nullish(z.object({ driver: z.string() })),
  portDriver: z.nullish(z.object({ driver: z.string() })),
});

/** Drivers by RootlessKit's own names; '' when it has none. */
export interface RootlessKitDrivers {
  readonly networkDriver: string;
  readonly portDriver: string;
}

/** It is a small program that answers from memory. */
const DEADLINE_MS = 3_000;

/** Asks RootlessKit over its socket. undefined when there is none, or it does not answer as expected. */
export async function askRootlessKit(socket: string): Promise<RootlessKitDrivers | undefined> {
  try {
    const told = Info.parse(JSON.parse(await get(socket, '/v1/info')));
    return { networkDriver: told.networkDriver?.driver ?? '', portDriver: told.portDriver?.driver ?? '' };
  } catch {
    return undefined;
  }
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const asked = request({ socketPath, path, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.once('error', reject);
      response.once('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`status ${response.statusCode}`)),
      );
    });
    asked.once('error', reject);
    asked.end();
  });
}

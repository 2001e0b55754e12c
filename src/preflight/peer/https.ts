import type { RequestOptions } from 'node:https';

/** Milliseconds. */
const LIMIT_MS = 5_000;

/** What a server said, or why it did not. `reached`: it took the connection, whatever came of it. */
export interface Reply {
  readonly reached: boolean;
  readonly problem: string;
  readonly status: number;
  readonly body: string;
  /** Its clock, milliseconds since 1970, whole seconds; undefined when it did not tell. */
  readonly clock: number | undefined;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens, or a firewall refuses it',
  EHOSTUNREACH: 'no route to host, or a firewall prohibits it',
};

/** One GET by HTTPS. Never rejects. Without a `ca` the server is not verified: send it no secret. */
export async function get(
  options: Pick<RequestOptions, 'host' | 'port' | 'path' | 'headers' | 'ca' | 'servername' | 'signal'>,
): Promise<Reply> {
  const { request } = await import('node:https');
  return new Promise((resolve) => {
    let reached = false;
    const failed = (error: NodeJS.ErrnoException): void =>
      resolve({ reached, problem: PROBLEMS[error.code ?? ''] ?? error.message, status: 0, body: '', clock: undefined });
    const call = request(
      { ...options, agent: false, timeout: LIMIT_MS, rejectUnauthorized: options.ca !== undefined },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('error', failed);
        response.on('end', () => {
          const clock = Date.parse(response.headers.date ?? '');
          const { statusCode: status = 0 } = response;
          resolve({ reached: true, problem: '', status, body, clock: Number.isNaN(clock) ? undefined : clock });
        });
      },
    );
    call.on('socket', (socket) => socket.once('connect', () => (reached = true)));
    call.on('timeout', () => call.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)));
    call.on('error', failed);
    call.end();
  });
}

import { createServer } from 'node:net';
import { RkubeError } from '../core/errors.ts';

const held = new Set<string>();

/**
 * Takes a lock of this user's on this host until the process ends, however it ends: an abstract socket, which
 * the kernel frees (unix(7)). No file can go stale. What this process has already is taken.
 * @throws RkubeError `busy` when another process holds it
 */
export function lock(uid: number, name: string): Promise<void> {
  if (held.has(name)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new RkubeError({
              id: 'busy',
              message: `Another rkube is working on ${name}`,
              next: 'Wait until it ends, or end it with Ctrl-C; nothing was changed.',
              cause,
            })
          : cause,
      ),
    );
    server.listen(`\0rkube-${uid}-${name}`, () => {
      held.add(name);
      resolve();
    });
    server.unref();
  });
}

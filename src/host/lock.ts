import { createServer } from 'node:net';
import { RkubeError } from '../core/errors.ts';

/**
 * Takes a lock of this user's on this host until the process ends, however it ends: an abstract socket, which
 * the kernel frees (unix(7)). No file can go stale.
 * @throws RkubeError `busy` when another process holds it
 */
export function lock(uid: number, name: string): Promise<void> {
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
    server.listen(`\0rkube-${uid}-${name}`, resolve);
    server.unref();
  });
}

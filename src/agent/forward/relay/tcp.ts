import { connect, createServer, type OnReadOpts, type Server, Socket } from 'node:net';
import type { HostPort } from '../../types.ts';
import type { Served } from './messages.ts';

export interface TcpPort extends Served {
  take(client: Socket): void;
}

/** Milliseconds of silence after which the kernel asks whether the other end is still there. */
const KEEP_ALIVE_MS = 60_000;

/** Carries each connection to the target, both ways, until both have ended. */
export function serveTcp(listening: Server, target: HostPort['target'], admits: (address: string) => boolean): TcpPort {
  const open = new Set<Socket>();

  const take = (accepted: Socket): void => {
    accepted.on('error', ignore);
    // One that has gone already has no address.
    if (accepted.remoteAddress === undefined || !admits(accepted.remoteAddress)) {
      cut(accepted);
      return;
    }
    // Anew, as only who makes a socket may say where it reads to.
    const { _handle: handle } = accepted as unknown as { _handle: unknown };
    const client: Socket = new Socket({ handle, allowHalfOpen: true, onread: flow(() => [client, inside]) } as object);
    const inside: Socket = connect({ ...target, host: target.address, onread: flow(() => [inside, client]) });
    for (const [socket, other] of [
      [client, inside],
      [inside, client],
    ] as const) {
      // One direction may end long before the other.
      socket.allowHalfOpen = true;
      socket.setNoDelay();
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      socket.once('end', () => other.end());
      // Also when nobody listens inside: the client sees a refusal, not an orderly end.
      socket.on('error', () => cut(other));
    }
  };

  const server = createServer({ pauseOnConnect: true }, take).listen(listening);
  // Too many open files: those that are open go on.
  server.on('error', ignore);
  return {
    take,
    close: () => {
      server.close();
      for (const socket of open) cut(socket);
    },
  };
}

/** Bytes read at once: at first, and of a stream that fills that. Larger ones take a third less processor time. */
const [SMALL, LARGE] = [2 ** 14, 2 ** 18];

/**
 * Writes what is read at once and reads on when it has been written: one buffer a direction, where streams would make
 * one for every read.
 */
function flow(ends: () => readonly [Socket, Socket]): OnReadOpts {
  let buffer = Buffer.allocUnsafeSlow(SMALL);
  let waiting = false;
  const written = (): void => {
    if (!waiting) return;
    waiting = false;
    ends()[0].resume();
  };
  return {
    buffer: () => buffer,
    callback: (bytes) => {
      const [, to] = ends();
      to.write(buffer.subarray(0, bytes), written);
      waiting = to.writableLength > 0;
      if (bytes === buffer.length && bytes < LARGE) buffer = Buffer.allocUnsafeSlow(LARGE);
      return !waiting;
    },
  };
}

/** The other end sees that this was no orderly end. */
function cut(socket: Socket): void {
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

const ignore = (): void => {};

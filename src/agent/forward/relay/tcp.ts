import { connect, type Server, type Socket } from 'node:net';
import type { HostPort } from '../../types.ts';
import type { Served } from './messages.ts';

export interface TcpPort extends Served {
  take(client: Socket): void;
}

/** Milliseconds of silence after which the kernel asks whether the other end is still there. */
const KEEP_ALIVE_MS = 60_000;

/** Carries each connection to the target, both ways, until both have ended. */
export function serveTcp(server: Server, target: HostPort['target'], admits: (address: string) => boolean): TcpPort {
  const open = new Set<Socket>();

  const take = (client: Socket): void => {
    client.on('error', ignore);
    // One that has gone already has no address.
    if (client.remoteAddress === undefined || !admits(client.remoteAddress)) {
      cut(client);
      return;
    }
    const inside = connect({ host: target.address, port: target.port });
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
      // Also when nobody listens inside: the client sees a refusal, not an orderly end.
      socket.on('error', () => cut(other));
      socket.pipe(other);
    }
  };

  server.on('connection', take);
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

/** The other end sees that this was no orderly end. */
function cut(socket: Socket): void {
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

const ignore = (): void => {};

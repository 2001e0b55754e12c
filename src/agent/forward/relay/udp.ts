import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { HostPort } from '../../types.ts';
import type { Served } from './messages.ts';

/** Milliseconds without a datagram after which a client is forgotten; Linux forgets a UDP flow after 30 to 120 s. */
const IDLE_MS = 90_000;
/** Clients at once; one more ends the one that came first. */
const MOST = 4096;

/** A client's own socket in the node, so that answers find their way. */
interface Session {
  readonly socket: Socket;
  /** Datagrams that came before the socket was ready. */
  waiting: Buffer[] | undefined;
  /** When something was carried last, `performance.now()`. */
  used: number;
}

/** Carries datagrams to the target, and those that come back to the client they are for. */
export function serveUdp(outside: Socket, target: HostPort['target'], admits: (address: string) => boolean): Served {
  const sessions = new Map<string, Session>();
  const forget = (client: string): void => {
    sessions.get(client)?.socket.close();
    sessions.delete(client);
  };
  const timer = setInterval(() => {
    const before = performance.now() - IDLE_MS;
    for (const [client, { used }] of sessions) if (used < before) forget(client);
  }, IDLE_MS / 3);

  const begin = (client: string, { address, port }: RemoteInfo): Session => {
    const [first] = sessions.keys();
    if (sessions.size >= MOST && first !== undefined) forget(first);
    const socket = createSocket('udp4');
    const session: Session = { socket, waiting: [], used: 0 };
    socket.on('message', (data) => {
      session.used = performance.now();
      outside.send(data, port, address, ignore);
    });
    // Nobody listens inside, at the moment.
    socket.on('error', ignore);
    socket.connect(target.port, target.address, (error?: Error) => {
      if (sessions.get(client) !== session) return;
      if (error) {
        forget(client);
        return;
      }
      for (const data of session.waiting ?? []) socket.send(data, ignore);
      session.waiting = undefined;
    });
    sessions.set(client, session);
    return session;
  };

  outside.on('message', (data, from) => {
    if (!admits(from.address)) return;
    const client = `${from.address}:${from.port}`;
    const session = sessions.get(client) ?? begin(client, from);
    session.used = performance.now();
    if (session.waiting === undefined) session.socket.send(data, ignore);
    else session.waiting.push(data);
  });
  outside.on('error', ignore);
  return {
    close: () => {
      clearInterval(timer);
      outside.close();
      for (const client of sessions.keys()) forget(client);
    },
  };
}

/** A datagram that could not be sent is lost, as datagrams are. */
const ignore = (): void => {};

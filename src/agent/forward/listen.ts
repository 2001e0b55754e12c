import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { HostPort } from '../types.ts';
import { refusal } from './refusal.ts';

/** A socket that listens on the host, to be handed over. */
export interface Listening {
  readonly socket: Server | Datagrams;
  /** Connections that came meanwhile; nothing has been read from them. */
  readonly early: readonly Socket[];
  /** Ends this process's part: whoever else has the socket keeps it. */
  close(): void;
}

/** @throws RkubeError `port-taken`, `port-refused` or `port-failed` */
export async function listen(port: HostPort): Promise<Listening> {
  const early: Socket[] = [];
  const { address, port: number } = port;
  const socket =
    port.protocol === 'udp'
      ? createSocket('udp4').bind({ address, port: number, exclusive: true })
      : createServer({ pauseOnConnect: true }, (client) => early.push(client)).listen({
          host: address,
          port: number,
          exclusive: true,
        });
  try {
    await once(socket, 'listening');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw await refusal(port, code, message);
  }
  return { socket, early, close: () => void socket.close() };
}

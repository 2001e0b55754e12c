import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Listens on the address and closes again: '' when that worked, else the error code of bind(2) or listen(2). */
export function tryListen(address: string, port: number, protocol: 'tcp' | 'udp'): Promise<string> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    if (protocol === 'udp') {
      const socket = createSocket('udp4');
      socket.once('error', (error) => {
        socket.close();
        failed(error);
      });
      socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve('')));
      return;
    }
    const server = createServer();
    server.once('error', failed);
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve('')));
  });
}

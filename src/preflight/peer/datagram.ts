import { createSocket } from 'node:dgram';

/** How the way to a UDP port looks to who sends there. `silent`: it is open, or what is sent gets lost. */
export type Way = 'silent' | 'refused' | 'prohibited' | 'forbidden';

/** A refusal comes by ICMP, within a round trip. Milliseconds. */
const PATIENCE_MS = 500;

const WAYS: Readonly<Record<string, Way>> = {
  // Port unreachable: nothing listens, or a firewall says so.
  ECONNREFUSED: 'refused',
  // Administratively prohibited, as firewalld rejects.
  EHOSTUNREACH: 'prohibited',
  ENETUNREACH: 'prohibited',
  EACCES: 'prohibited',
  // A rule for what leaves this host.
  EPERM: 'forbidden',
};

/** Sends datagrams to the port and waits for a refusal. */
export function tryDatagram(address: string, port: number): Promise<Way> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (way: Way): void => {
      clearTimeout(timer);
      socket.removeAllListeners('error').on('error', () => {});
      socket.close();
      resolve(way);
    };
    const timer = setTimeout(() => end('silent'), PATIENCE_MS);
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => end(WAYS[code] ?? 'silent'));
    // Too short for VXLAN: a node drops it.
    socket.connect(port, address, () => socket.send('', () => {}));
  });
}

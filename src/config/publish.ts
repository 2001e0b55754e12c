import { isAddress } from './ipv4.ts';
import type { Protocol, PublishedPort } from './types.ts';

/** `[ADDRESS:]HOSTPORT[:NODEPORT][/PROTOCOL]` */
const SPEC = /^(?:(?<address>[\d.]*\.[\d.]*):)?(?<host>\d{1,5})(?::(?<node>\d{1,5}))?(?:\/(?<protocol>tcp|udp|sctp))?$/;

/**
 * Reads one `--publish` value. Without an address the host address is taken, without a node port the
 * host's number, without a protocol TCP.
 * @returns undefined when the text is not such a value
 */
export function parsePublish(text: string, hostAddress: string): PublishedPort | undefined {
  const part = SPEC.exec(text)?.groups;
  if (!part) return undefined;
  const hostPort = Number(part.host);
  const port: PublishedPort = {
    address: part.address ?? hostAddress,
    hostPort,
    nodePort: Number(part.node ?? hostPort),
    protocol: (part.protocol ?? 'tcp') as Protocol,
  };
  const inRange = [port.hostPort, port.nodePort].every((number) => number >= 1 && number <= 65535);
  return inRange && (part.address === undefined || isAddress(part.address)) ? port : undefined;
}

/** `192.0.2.7:8080:80/tcp`: every part written out. */
export function formatPublish(port: PublishedPort): string {
  return `${port.address}:${port.hostPort}:${port.nodePort}/${port.protocol}`;
}

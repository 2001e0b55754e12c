// A program of its own (dist/relay.js PID), in the network of the node: takes sockets that listen on the host, and
// carries what comes there to the node. Imports as little as it can: there is one for each node with open ports.
import type { Socket as Datagrams } from 'node:dgram';
import { openSync, readSync } from 'node:fs';
import { BlockList, type Server, type Socket } from 'node:net';
import type { Answer, Order, Served } from './messages.ts';
import { serveTcp, type TcpPort } from './tcp.ts';
import { serveUdp } from './udp.ts';

/** Milliseconds between looks whether the node's first process is still there: no event tells an ordinary user. */
const LOOK_MS = 500;

const ports = new Map<string, Served>();
const connections = new Map<string, TcpPort>();

function obey(order: Order, socket: unknown): void {
  if (order.do === 'open') open(order, socket);
  else if (order.do === 'take') connections.get(order.key)?.take(socket as Socket);
  else {
    ports.get(order.key)?.close();
    ports.delete(order.key);
    connections.delete(order.key);
  }
}

function open({ key, port }: Order & { do: 'open' }, socket: unknown): void {
  const admits = admission(port.sources);
  if (port.protocol === 'udp') {
    ports.set(key, serveUdp(socket as Datagrams, port.target, admits));
    return;
  }
  const served = serveTcp(socket as Server, port.target, admits);
  ports.set(key, served);
  connections.set(key, served);
}

/** @param sources ranges or addresses; none for everybody. Clients come by IPv4: ranges of IPv6 admit nobody */
function admission(sources: readonly string[]): (address: string) => boolean {
  if (sources.length === 0) return () => true;
  const list = new BlockList();
  for (const source of sources.filter((each) => !each.includes(':'))) {
    const [address = '', prefix = '32'] = source.trim().split('/');
    list.addSubnet(address, Number(prefix), 'ipv4');
  }
  return (address) => list.check(address, 'ipv4');
}

const answer = (done: number): void => void process.send?.({ done } satisfies Answer);

process.on('message', (order: Order, socket) => {
  obey(order, socket);
  answer(order.id);
});
// Whoever started it has ended, however: the ports are to be free at once.
process.on('disconnect', () => process.exit());
watch(openSync(`/proc/${process.argv[2]}/stat`, 'r'));
answer(0);

/** An open file of /proc belongs to one process for ever: no later process of the same number can be read by it. */
function watch(stat: number): void {
  const byte = Buffer.alloc(1);
  setInterval(() => {
    try {
      readSync(stat, byte, 0, 1, 0);
    } catch {
      process.exit();
    }
  }, LOOK_MS);
}

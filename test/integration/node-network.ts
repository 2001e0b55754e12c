import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

// What a relay sees of a node, without an engine: namespaces of its own, with servers that nobody else reaches.

const NAMESPACES = ['--user', '--map-root-user', '--net', '--pid', '--fork', '--kill-child'];

const probed = spawnSync('unshare', [...NAMESPACES, 'ip', 'link', 'set', 'lo', 'up'], { encoding: 'utf8' });
/** '' when this host lets make namespaces. */
export const noNamespaces = probed.status === 0 ? '' : `no namespaces here: ${probed.stderr || probed.error?.message}`;

/** What the server at 7001 sends before it ends: no two parts are alike. */
export const MUCH = Buffer.from(Uint32Array.from({ length: 2 ** 21 }, (_, index) => index).buffer);

/** 7000/tcp: counts until the client ends, then answers. 7001/tcp: sends MUCH. 7002/tcp: echo. 7000/udp: echo. */
const SERVERS = `
  const net = require('net'), dgram = require('dgram');
  const listen = (port, serve) => new Promise((ready) =>
    net.createServer({ allowHalfOpen: true }, (socket) => { socket.on('error', () => {}); serve(socket); })
      .listen(port, '127.0.0.1', ready));
  const count = (socket) => {
    let bytes = 0;
    socket.on('data', (data) => { bytes += data.length; });
    socket.on('end', () => socket.end(String(bytes)));
  };
  const udp = dgram.createSocket('udp4');
  udp.on('message', (data, from) => udp.send(data, from.port, from.address));
  Promise.all([
    listen(7000, count),
    listen(7001, (socket) => socket.end(Buffer.from(Uint32Array.from({ length: 2 ** 21 }, (_, index) => index).buffer))),
    listen(7002, (socket) => socket.pipe(socket)),
    new Promise((ready) => udp.bind(7000, '127.0.0.1', ready)),
  ]).then(() => console.log('ready'));
`;

export interface NodeNetwork {
  /** Its first process, as this host counts. */
  readonly pid: number;
  end(): Promise<void>;
}

export async function nodeNetwork(): Promise<NodeNetwork> {
  const script = 'ip link set lo up; exec "$0" --eval "$1"';
  const child: ChildProcess = spawn('unshare', [...NAMESPACES, 'sh', '-c', script, process.execPath, SERVERS], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (child.stdout) await once(child.stdout, 'data');
  const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'));
  return {
    pid,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      process.kill(pid, 'SIGKILL');
      await ended;
    },
  };
}

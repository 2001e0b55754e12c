import { execFileSync, spawn } from 'node:child_process';
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { relay } from '../../src/agent/forward/relay.ts';
import type { Forwarder, HostPort } from '../../src/agent/types.ts';
import { packageRoot } from '../../src/core/package.ts';
import { MUCH, type NodeNetwork, nodeNetwork, noNamespaces } from './node-network.ts';

// The real relay (dist/relay.js) into real namespaces.

let node: NodeNetwork;
let ports: Forwarder;
const lost = vi.fn<() => void>();

beforeEach(async ({ skip }) => {
  skip(noNamespaces !== '', noNamespaces);
  lost.mockReset();
  node = await nodeNetwork();
  ports = relay(node.pid, lost, 100);
});
afterEach(async () => {
  if (noNamespaces !== '') return;
  await ports.end();
  await node.end();
});

/** A port that nothing holds at the moment. */
async function free(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function tcp(inside: number, changes: Partial<HostPort> = {}): Promise<HostPort> {
  const target = { address: '127.0.0.1', port: inside };
  return { protocol: 'tcp', address: '127.0.0.1', port: await free(), target, sources: [], ...changes };
}

function client(port: HostPort, from = '127.0.0.1'): Socket {
  const socket = connect({ port: port.port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** All that comes until the other end ends; rejects when the connection breaks. */
async function everything(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function echo(port: HostPort, word: string): Promise<string> {
  const socket = client(port);
  socket.end(word);
  return (await everything(socket)).toString();
}

/** What a connection attempt ends with: an error code, or what it was told. */
const fate = (socket: Socket): Promise<string> =>
  everything(socket).then(
    (data) => `told ${data.length} bytes`,
    (error: NodeJS.ErrnoException) => error.code ?? '',
  );

async function ask(socket: Datagrams, port: HostPort, word: string): Promise<string> {
  const answered = once(socket, 'message');
  socket.send(word, port.port, '127.0.0.1');
  return String(((await answered) as [Buffer])[0]);
}

/** Relays into this node, whoever started them. */
const relays = (): string[] =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.endsWith(`dist/relay.js ${node.pid}`));

const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
    .filter(Boolean)
    .map(Number);

describe('TCP', () => {
  it('goes both ways, and one direction may end before the other', async () => {
    const port = await tcp(7000);
    await ports.open(port);
    const socket = client(port);
    socket.write(Buffer.alloc(3_000_000));
    socket.end(Buffer.alloc(77));
    expect((await everything(socket)).toString()).toBe('3000077');
  });

  it.each([
    ['from the node', 7001, Buffer.alloc(0)],
    ['to the node and back', 7002, MUCH],
  ])('arrives whole at a client that reads slowly: %s', async (_, inside, sent) => {
    const port = await tcp(inside);
    await ports.open(port);
    const socket = client(port);
    socket.end(sent);
    socket.on('data', () => {
      socket.pause();
      setImmediate(() => socket.resume());
    });
    expect((await everything(socket)).equals(MUCH)).toBe(true);
  });

  it('is carried for many at once', async () => {
    const port = await tcp(7002);
    await ports.open(port);
    const words = Array.from({ length: 200 }, (_, index) => `word ${index}`);
    expect(await Promise.all(words.map((word) => echo(port, word)))).toEqual(words);
  });

  it('ends as a broken connection where nobody listens in the node, and the next one is served', async () => {
    const [nobody, somebody] = [await tcp(7999), await tcp(7002)];
    await ports.open(nobody);
    await ports.open(somebody);
    expect(await fate(client(nobody))).toBe('ECONNRESET');
    expect(await echo(somebody, 'hello')).toBe('hello');
  });

  it('goes on for others when a client breaks off', async () => {
    const port = await tcp(7002);
    await ports.open(port);
    const socket = client(port);
    socket.write('x');
    await once(socket, 'data');
    socket.resetAndDestroy();
    expect(await echo(port, 'hello')).toBe('hello');
  });

  it('is served for the wanted clients alone', async () => {
    const port = await tcp(7002, { sources: ['127.0.0.2/32', '2001:db8::/32'] });
    await ports.open(port);
    expect(await fate(client(port))).toBe('ECONNRESET');
    const wanted = client(port, '127.0.0.2');
    wanted.end('hello');
    expect((await everything(wanted)).toString()).toBe('hello');
  });
});

describe('UDP', () => {
  it('finds its way back to each client', async () => {
    const port = await tcp(7000, { protocol: 'udp' });
    await ports.open(port);
    const clients = ['a', 'b'].map((name) => ({ name, socket: createSocket('udp4') }));
    onTestFinished(() => {
      for (const { socket } of clients) socket.close();
    });
    for (const round of [1, 2]) {
      const words = clients.map(({ name, socket }) => ask(socket, port, `${name}${round}`));
      expect(await Promise.all(words)).toEqual([`a${round}`, `b${round}`]);
    }
  });
});

describe('a port', () => {
  it('is told while it is open, and free when it is closed, with its connections ended', async () => {
    const [port, other] = [await tcp(7002), await tcp(7002)];
    await Promise.all([ports.open(port), ports.open(port), ports.open(other)]);
    expect(await ports.list()).toEqual([port, other]);
    const socket = client(port);
    socket.write('x');
    await once(socket, 'data');
    const ended = fate(socket);
    await ports.close(port);
    expect(await ports.list()).toEqual([other]);
    expect(await ended).toBe('ECONNRESET');
    expect(await fate(client(port))).toBe('ECONNREFUSED');
    expect(await echo(other, 'hello')).toBe('hello');
  });

  it('leads elsewhere when it is opened with another target', async () => {
    const port = await tcp(7002);
    await ports.open(port);
    const moved = { ...port, target: { address: '127.0.0.1', port: 7000 } };
    await ports.open(moved);
    expect(await echo(moved, 'hello')).toBe('5');
    expect(await ports.list()).toEqual([moved]);
  });

  it('is one of 500', async () => {
    const all = await Promise.all(
      Array.from({ length: 500 }, (_, index) => tcp(7002, { address: '127.0.0.9', port: 20_000 + index })),
    );
    await Promise.all(all.map((port) => ports.open(port)));
    const socket = connect({ host: '127.0.0.9', port: 20_499 });
    socket.end('hello');
    expect((await everything(socket)).toString()).toBe('hello');
    await Promise.all(all.map((port) => ports.close(port)));
    expect(await ports.list()).toEqual([]);
    await vi.waitFor(() => expect(relays()).toEqual([]), 10_000);
  });

  it('that a process holds names it', async () => {
    const port = await tcp(7002);
    const server = createServer().listen(port.port, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const comm = readFileSync('/proc/self/comm', 'utf8').trim();
    await expect(ports.open(port)).rejects.toMatchObject({
      id: 'port-taken',
      message: `Port 127.0.0.1:${port.port}/tcp of the host is held by ${comm} (pid ${process.pid})`,
    });
    await vi.waitFor(() => expect(relays()).toEqual([]), 10_000);
  });

  it('on an address that is not of this host is refused', async () => {
    const port = await tcp(7002, { address: '192.0.2.1' });
    await expect(ports.open(port)).rejects.toMatchObject({ id: 'port-refused' });
  });
});

const program = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

describe('a relay', () => {
  it('stays for a while after its last port, for the next one', async () => {
    const patient = relay(node.pid, lost);
    onTestFinished(() => patient.end());
    const port = await tcp(7002);
    await patient.open(port);
    const [first] = relays();
    await patient.close(port);
    expect(await fate(client(port))).toBe('ECONNREFUSED');
    await patient.open(port);
    expect(await echo(port, 'hello')).toBe('hello');
    expect(relays()).toEqual([first]);
  });

  it("is in the node's network, and no process of the node: its shutdown would wait for one", async () => {
    await ports.open(await tcp(7002));
    const pid = childrenOf(process.pid).find((each) => program(each).includes('relay.js'));
    const namespace = (of: number | undefined, kind: string): string => readlinkSync(`/proc/${of}/ns/${kind}`);
    expect(namespace(pid, 'net')).toBe(namespace(node.pid, 'net'));
    expect(namespace(pid, 'pid')).toBe(namespace(process.pid, 'pid'));
  });

  it('that is killed has no ports; the next one starts it anew', async () => {
    const port = await tcp(7002);
    await ports.open(port);
    for (const pid of childrenOf(process.pid)) if (program(pid).includes('relay.js')) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), 10_000);
    expect(await ports.list()).toEqual([]);
    await ports.open(port);
    expect(await echo(port, 'hello')).toBe('hello');
  });

  it('ends with its node', async () => {
    const port = await tcp(7002);
    await ports.open(port);
    await node.end();
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), 10_000);
    expect(await ports.list()).toEqual([]);
    expect(await fate(client(port))).toBe('ECONNREFUSED');
    await expect(ports.open(port)).rejects.toMatchObject({ id: 'relay-failed' });
  });

  it('ends with who started it, however that ended', async () => {
    const port = await tcp(7002);
    const folder = mkdtempSync(join(packageRoot(), 'node_modules/.cache-relay-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const outfile = join(folder, 'starter.mjs');
    const contents = `import { relay } from './src/agent/forward/relay.ts';
      await relay(${node.pid}, () => {}).open(${JSON.stringify(port)}); console.log('open'); setInterval(() => {}, 1000);`;
    const stdin = { contents, resolveDir: packageRoot() };
    await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
    const starter = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(starter.stdout, 'data');
    expect(await echo(port, 'hello')).toBe('hello');
    starter.kill('SIGKILL');
    await vi.waitFor(async () => expect(await fate(client(port))).toBe('ECONNREFUSED'), 10_000);
    await vi.waitFor(() => expect(relays()).toEqual([]), 10_000);
  });

  it('is not told to be lost when it was ended', async () => {
    await ports.open(await tcp(7002));
    await ports.end();
    expect(lost).not.toHaveBeenCalled();
    expect(relays()).toEqual([]);
  });
});

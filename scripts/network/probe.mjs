// One end of the measurements of `rkube doctor --network`: run by plain node on the host, in a namespace behind the
// driver that is measured, and on a second host. Commands come as JSON lines on standard input, each is answered by
// one; when the input ends, so does this.
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createConnection, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const CHUNK = Buffer.alloc(128 * 1024);
/** Milliseconds a transfer may last beyond its seconds. */
const GRACE = 4000;
/** A datagram may be lost: so many are sent, so many milliseconds apart. */
const DATAGRAMS = 8;
const PAUSE = 200;
const FLOWS = 8;
/** Parts of a transfer whose rates are told apart, so that the noise can be stated. */
const PARTS = 4;

/** @type {Set<import('node:dgram').Socket>} Sockets that take datagrams. */
const datagrams = new Set();

/** @param {{host: string, port: number}} where TCP and UDP */
async function listen({ host, port }) {
  const server = createServer({ allowHalfOpen: true }, receive);
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve(undefined)));
  const { port: got } = /** @type {{port: number}} */ (server.address());
  const socket = createSocket('udp4');
  // Whoever asks is told where it seems to come from.
  socket.on('message', (_, from) => socket.send(JSON.stringify({ from: from.address }), from.port, from.address));
  await new Promise((resolve, reject) => socket.once('error', reject).bind(got, host, () => resolve(undefined)));
  datagrams.add(socket);
  return { port: got };
}

/** Takes no more datagrams: a VXLAN link wants their port. */
async function hush() {
  await Promise.all([...datagrams].map((socket) => new Promise((resolve) => socket.close(() => resolve(undefined)))));
  datagrams.clear();
  return {};
}

/** Counts what arrives, and tells it at the end. @param {import('node:net').Socket} socket */
function receive(socket) {
  /** @type {[number, number][]} Milliseconds and bytes so far. */
  const marks = [];
  let bytes = 0;
  socket.on('data', (data) => {
    bytes += data.length;
    marks.push([performance.now(), bytes]);
  });
  socket.on('end', () => socket.end(JSON.stringify({ ...rates(marks), from: plain(socket.remoteAddress) })));
  socket.on('error', () => socket.destroy());
}

/** @param {[number, number][]} marks */
function rates(marks) {
  const [first, last] = [marks[0], marks.at(-1)];
  if (!first || !last || last[0] === first[0]) return { bytes: 0, seconds: 0, parts: [] };
  const span = (last[0] - first[0]) / PARTS;
  // Bytes so far at the end of each part.
  const sums = Array.from({ length: PARTS + 1 }, (_, part) => {
    const end = part === PARTS ? last[0] : first[0] + part * span;
    return (marks.findLast(([time]) => time <= end) ?? first)[1];
  });
  const parts = sums.slice(1).map((sum, part) => ((sum - sums[part]) / span) * 1000);
  return { bytes: last[1] - first[1], seconds: (last[0] - first[0]) / 1000, parts };
}

/**
 * Sends by several flows at once: on a host with few processors single ones stall while their receiver waits for one,
 * which tells nothing of the driver. Without seconds one flow only asks.
 * @param {{host: string, port: number, seconds: number}} what
 */
async function send(what) {
  const all = await Promise.all(Array.from({ length: what.seconds > 0 ? FLOWS : 1 }, () => flow(what)));
  return {
    ...all[0],
    bytes: sum(all.map(({ bytes }) => bytes)),
    seconds: Math.max(...all.map(({ seconds }) => seconds)),
    parts: all[0].parts.map((_, part) => sum(all.map(({ parts }) => parts[part] ?? 0))),
  };
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/**
 * One flow, as fast as it can.
 * @param {{host: string, port: number, seconds: number}} what
 * @returns {Promise<{bytes: number, seconds: number, parts: number[], from: string, local: string}>}
 */
function flow({ host, port, seconds }) {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, family: 4 });
    let answer = '';
    let local = '';
    const limit = setTimeout(
      () => socket.destroy(new Error(`no end of a transfer to ${host}:${port}`)),
      seconds * 1000 + GRACE,
    );
    const pump = () => {
      const until = performance.now() + seconds * 1000;
      const more = () => {
        while (performance.now() < until) if (!socket.write(CHUNK)) return void socket.once('drain', more);
        socket.end();
      };
      more();
    };
    socket.on('connect', () => {
      local = plain(socket.localAddress);
      pump();
    });
    socket.on('data', (data) => (answer += data));
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(limit);
      if (answer === '') reject(new Error(`no answer from ${host}:${port}`));
      else resolve({ ...JSON.parse(answer), local });
    });
  });
}

/** @param {{host: string, port: number}} where */
function ask({ host, port }) {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    let left = DATAGRAMS;
    const again = setInterval(() => {
      left -= 1;
      if (left >= 0) return socket.send('?');
      clearInterval(again);
      socket.close();
      reject(new Error(`no datagram comes back from ${host}:${port}`));
    }, PAUSE);
    socket.on('error', () => {}); // a refusal: the other end may not listen yet
    socket.on('message', (data) => {
      clearInterval(again);
      const local = socket.address().address;
      socket.close();
      resolve({ ...JSON.parse(String(data)), local });
    });
    socket.connect(port, host, () => socket.send('?'));
  });
}

/**
 * A VXLAN link to the other end, as Flannel makes it. Links of one end have ids of their own.
 * @param {{remote: string, port: number, address: string, mtu: number, id?: number}} link
 */
async function vxlan({ remote, port, address, mtu, id = 1 }) {
  const name = `rkube${id}`;
  const link = ['link', 'add', name, 'mtu', `${mtu}`, 'type', 'vxlan', 'id', `${id}`, 'remote', remote];
  await ip([...link, 'dstport', `${port}`, 'nolearning']);
  await ip(['address', 'add', `${address}/30`, 'dev', name]);
  await ip(['link', 'set', name, 'up']);
  return {};
}

/** @param {string[]} args */
const ip = (args) =>
  promisify(execFile)('ip', args, {
    timeout: GRACE,
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });

/** @param {string | undefined} address IPv4, perhaps written as IPv6 */
const plain = (address = '') => address.replace(/^::ffff:/, '');

const addresses = () =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .map(({ address }) => address);

/** @type {Record<string, (command: any) => unknown>} */
const COMMANDS = { listen, hush, send, ask, vxlan, end: () => process.exit() };

/** @param {unknown} value */
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

say({ ok: { addresses: addresses() } });
const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const command = JSON.parse(line);
  Promise.resolve(COMMANDS[command.do]?.(command)).then(
    (ok) => say({ ok }),
    (error) => say({ error: String(error.stderr || error.message).trim() }),
  );
});
input.on('close', () => process.exit());
// The first process of a container has no default for it.
process.on('SIGTERM', () => process.exit());

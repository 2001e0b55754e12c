// Throughput and cost of the pod network between two lab hosts, for every network path, beside the path's own uplink.
// Results go to standard output as a table (and to RKUBE_BENCH_JSON as JSON), progress to standard error.
// RKUBE_BENCH_PATHS: only paths whose title this expression matches. RKUBE_BENCH_MTU: sizes of `rkube init --mtu`.
import { writeFileSync } from 'node:fs';
import { changeMtu, makeCluster, over, PATHS } from './network-cluster.mjs';
import { cell, iperf, lab, POD, ping, TOOLS } from './network-tools.mjs';

/** @typedef {import('./network-tools.mjs').Side} Side */
/** @typedef {import('./network-cluster.mjs').Path} Path */

const MTUS = (process.env.RKUBE_BENCH_MTU ?? '1500,65520').split(',').map(Number);
/** Bytes that VXLAN, IPv4 and TCP with its time stamps take of a packet; UDP takes less. */
const HEADERS = 50 + 20 + 32;
/** The most that iperf3 takes for `--set-mss`, and for a datagram. */
const [MOST_MSS, MOST_DATAGRAM] = [9216, 65_400];

lab('up', '2', '--fresh');
TOOLS.build();
const rows = [];
const print = (/** @type {unknown[]} */ cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
for (const path of PATHS) {
  over(path, (sides) => {
    for (const mtu of MTUS) {
      if (mtu === MTUS[0]) makeCluster(sides, mtu);
      else changeMtu(sides, mtu);
      const row = measure(path, sides, mtu);
      if (rows.length === 0) for (const line of [Object.keys(row), Object.keys(row).map(() => '---')]) print(line);
      print(Object.values(row).map(cell));
      rows.push(row);
    }
  });
}
if (process.env.RKUBE_BENCH_JSON)
  writeFileSync(process.env.RKUBE_BENCH_JSON, `${JSON.stringify(rows, undefined, 1)}\n`);

/** One row. @param {Path} path @param {Side[]} sides @param {number} mtu @returns {Record<string, unknown>} */
function measure(path, [server, client], mtu) {
  const pod = POD.address(server);
  const host = `10.99.0.1${server.host}`;
  const inPod = (/** @type {string[]} */ ...args) => iperf(client, 'pod', pod, args);
  const raw = (/** @type {string[]} */ ...args) => iperf(client, 'node', host, args);
  const udp = ['--udp', '--bitrate', '0', '--length', String(Math.min(mtu - HEADERS, MOST_DATAGRAM))];
  const many = ['--parallel', '16'];
  // Packets of the same size on the uplink: a node's own interface takes 65520 bytes.
  const mss = mtu - HEADERS > MOST_MSS ? [] : ['--set-mss', String(mtu - HEADERS)];
  return {
    path: path.title,
    MTU: String(mtu),
    'TCP, 1 flow': inPod(),
    'TCP, 16 flows': inPod(...many),
    'TCP, uplink': raw(...mss),
    'UDP, 1 flow': inPod(...udp),
    'UDP, 16 flows': inPod(...udp, ...many),
    'UDP, uplink': raw(...udp),
    'UDP, uplink, 16 flows': raw(...udp, ...many),
    NodePort: iperf(client, 'host', host, ['--port', '30081']),
    'round trip': ping(client, pod),
    '1000 connections': POD.flows(client, pod, 1000, 1000),
    '100 connections': POD.flows(client, pod, 100, 100),
  };
}

// Throughput and cost of the pod network between two lab hosts, for every network path, beside the path's own uplink.
// Results go to standard output as a table (and to RKUBE_BENCH_JSON as JSON), progress to standard error.
// RKUBE_BENCH_PATHS: only paths whose title this expression matches. RKUBE_BENCH_MTU: sizes of `rkube init --mtu`.
import { readFileSync, writeFileSync } from 'node:fs';
import { cell, ingest, install, iperf, lab, on, POD, ping, SERVERS, TOOLS } from './network-tools.mjs';

/** @typedef {import('./network-tools.mjs').Side} Side */
/** @typedef {{title: string, user: string, engine: string, tells: string, unit?: string, file?: string, lines?: string[]}} Path */

const MTUS = (process.env.RKUBE_BENCH_MTU ?? '1500,65520').split(',').map(Number);
/** Bytes that VXLAN, IPv4 and TCP with its time stamps take of a packet; UDP takes less. */
const HEADERS = 50 + 20 + 32;
/** The most that iperf3 takes for `--set-mss`, and for a datagram. */
const [MOST_MSS, MOST_DATAGRAM] = [9216, 65_400];

/** @type {Path[]} */
const paths = JSON.parse(readFileSync(new URL('../lab.d/paths.json', import.meta.url), 'utf8')).filter(
  (/** @type {Path} */ { title }) => new RegExp(process.env.RKUBE_BENCH_PATHS ?? '').test(title),
);
const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);

lab('up', '2', '--fresh');
TOOLS.build();
const rows = [];
const print = (/** @type {unknown[]} */ cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
for (const path of paths) {
  say(`== ${path.title}`);
  /** @type {Side[]} */
  const sides = [1, 2].map((host) => ({ host, who: `${path.user}@${host}`, engine: path.engine }));
  choose(path, sides, true);
  try {
    for (const mtu of MTUS) {
      const row = measure(path, sides, mtu);
      if (rows.length === 0) for (const line of [Object.keys(row), Object.keys(row).map(() => '---')]) print(line);
      print(Object.values(row).map(cell));
      rows.push(row);
    }
  } catch (error) {
    say(`${path.title}: ${/** @type {Error} */ (error).message}`);
    process.exitCode = 1;
  } finally {
    for (const { who } of sides) on(who, 'rkube delete --yes', { mayFail: true });
    choose(path, sides, false);
  }
}
if (process.env.RKUBE_BENCH_JSON)
  writeFileSync(process.env.RKUBE_BENCH_JSON, `${JSON.stringify(rows, undefined, 1)}\n`);

/** The engine with this path's drivers on both hosts, or with its own again. @param {Path} path @param {Side[]} sides @param {boolean} chosen */
function choose({ file, lines = [], unit }, sides, chosen) {
  for (const { who } of sides) {
    if (file)
      on(who, chosen ? `mkdir -p "$(dirname ${file})" && cat >${file}` : `rm ${file}`, {
        input: `${lines.join('\n')}\n`,
      });
    if (unit) on(who, `systemctl --user daemon-reload && systemctl --user restart ${unit}`);
  }
}

/** Both hosts in one cluster, with servers in a pod of each. @param {Path} path @param {Side[]} sides @param {number} mtu */
function clusterWith({ engine }, [server, client], mtu) {
  on(server.who, `rkube init --engine ${engine} --publish 30081 --mtu ${mtu}`);
  if (mtu === MTUS[0]) {
    on(client.who, `rkube join --engine ${engine}`, { input: on(server.who, 'rkube join-command') });
    on(server.who, 'rkube kubectl apply -f -', { input: SERVERS });
    on(server.who, 'rkube kubectl rollout status daemonset/bench --timeout 240s');
    for (const side of [server, client]) install(side);
  } else {
    // Pods keep the MTU that they were made with.
    on(server.who, 'rkube kubectl rollout status -n kube-flannel daemonset/kube-flannel-ds --timeout 240s');
    on(server.who, 'rkube kubectl delete pod -l app=bench --now');
    on(server.who, 'rkube kubectl rollout status daemonset/bench --timeout 240s');
  }
  ingest(server);
}

/** One row. @param {Path} path @param {Side[]} sides @param {number} mtu @returns {Record<string, unknown>} */
function measure(path, [server, client], mtu) {
  clusterWith(path, [server, client], mtu);
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

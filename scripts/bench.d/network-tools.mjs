// What the network benchmark runs on lab hosts: iperf3 of the host's Debian, put into nodes and pods, and `flows`.
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{host: number, who: string, engine: string}} Side a host and its user, with the engine */

const root = fileURLToPath(new URL('../..', import.meta.url));
const flows = join(process.env.RKUBE_CACHE ?? join(homedir(), '.cache/rkube'), 'bench/flows');
/** Seconds of one measurement, and the limit of any command. */
const [MEASURE, LIMIT] = [Number(process.env.RKUBE_BENCH_SECONDS ?? 5), 600];

/** The lab's own command line. @param {string[]} args */
export const lab = (...args) =>
  execFileSync(join(root, 'scripts/lab'), args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: LIMIT * 1000 });

/** A command line of a user on a lab host. @param {string} who @param {string} line @param {{input?: string | Uint8Array, mayFail?: boolean}} [options] */
export function on(who, line, { input = '', mayFail = false } = {}) {
  try {
    return execFileSync(join(root, 'scripts/lab'), ['ssh', who, line], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: LIMIT * 1000,
      maxBuffer: 2 ** 27,
    });
  } catch (error) {
    if (mayFail) return '';
    throw error;
  }
}

export const TOOLS = {
  build: () =>
    execFileSync('go', ['build', '-C', join(root, 'scripts/bench.d/flows'), '-trimpath', '-o', flows, '.'], {
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: 'inherit',
    }),
};

/** A pod on every node that does nothing but own an address; NodePort 30081 leads to iperf3 on host1. */
export const SERVERS = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: bench }
spec:
  selector: { matchLabels: { app: bench } }
  template:
    metadata: { labels: { app: bench } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - { name: bench, image: "localhost/rkube-tools:1", imagePullPolicy: Never, command: [sleep, "987654321"] }
---
apiVersion: v1
kind: Service
metadata: { name: bench }
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: { app: bench }
  ports: [{ port: 5201, nodePort: 30081 }]
`;

/** Runs a shell line in the node. @param {Side} side @param {string} line @param {string | Uint8Array} [input] */
export const inNode = ({ host, who, engine }, line, input) =>
  on(who, `${engine} exec -i rkube-rkube-host${host} sh -c '${line}'`, input === undefined ? {} : { input });
/** The same in the network of its pod. */
const POD_NETWORK = 'nsenter --net=/proc/$(pgrep -f "sleep 987654321" | head -n 1)/ns/net';

/** Puts iperf3, with its libraries, onto the node's volume. @param {Side} side */
export function install(side) {
  const { host, who, engine } = side;
  on(
    who,
    `rm -rf tools && mkdir tools && cp -L /usr/bin/iperf3 $(ldd /usr/bin/iperf3 | grep -o '/[^ ]*') tools/ &&
     printf '#!/bin/sh\\nexec /var/tools/ld-linux-x86-64.so.2 --library-path /var/tools /var/tools/iperf3 "$@"\\n' >tools/run &&
     chmod 755 tools/run && tar -cf - tools | ${engine} exec -i rkube-rkube-host${host} tar -x --no-same-owner -C /var -f -`,
  );
}

/** Puts flows, which TOOLS has built, onto the node's volume. @param {Side} side */
export function installFlows(side) {
  inNode(
    side,
    'cat >/var/tools/flows && chmod 755 /var/tools/flows',
    execFileSync('cat', [flows], { maxBuffer: 2 ** 26 }),
  );
}

/** Starts the servers: in the pod, and on the host itself. @param {Side} side */
export function ingest(side) {
  inNode(side, `${POD_NETWORK} /var/tools/run --server --daemon`);
  inNode(side, `nohup ${POD_NETWORK} /var/tools/flows serve :9000 >/dev/null 2>&1 &`);
  on(`root@${side.host}`, 'pkill -x iperf3; iperf3 --server --daemon --port 5301');
}

/** Processor seconds a host has used since it booted. @param {number} host */
function processor(host) {
  const [user, nice, system, , , irq, softirq] = on(`root@${host}`, 'head -n 1 /proc/stat')
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) / 100;
}

/** What work gave, and the processor seconds that both hosts used for it. @template T @param {() => T} work @returns {[T, number]} */
function spent(work) {
  const before = [1, 2].map(processor);
  const result = work();
  return [result, [1, 2].map(processor).reduce((sum, after, index) => sum + after - (before[index] ?? 0), 0)];
}

/**
 * Sends for some seconds from the second host to the first, and says what arrived.
 * @param {Side} client @param {'pod' | 'node' | 'host'} from @param {string} to @param {string[]} args
 */
export function iperf(client, from, to, args) {
  const port = from === 'node' ? ['--port', '5301'] : [];
  const line = [
    '--client',
    to,
    '--time',
    String(MEASURE),
    '--json',
    '--connect-timeout',
    '5000',
    ...port,
    ...args,
  ].join(' ');
  const [text, used] = spent(() =>
    from === 'host'
      ? on(`root@${client.host}`, `iperf3 ${line} || true`)
      : inNode(client, `${from === 'pod' ? POD_NETWORK : ''} /var/tools/run ${line} || true`),
  );
  const { end, error } = JSON.parse(text || '{"error":"no answer"}');
  if (error) return { error };
  const { bytes, lost_percent: lost = 0 } = end.sum_received;
  if (bytes === 0) return { error: 'nothing arrived' };
  return { mbit: (bytes * 8) / 1e6 / MEASURE, cpuSecondsPerGB: used / (bytes / 1e9), lost };
}

/** Milliseconds of a round trip between pods. @param {Side} client @param {string} to */
export function ping(client, to) {
  const text = inNode(client, `${POD_NETWORK} ping -q -c 20 -i 0.2 ${to}`);
  return { ms: Number(/= [\d.]+\/([\d.]+)/.exec(text)?.[1]) };
}

export const POD = {
  /** @param {Side} side */
  address: (side) => inNode(side, `${POD_NETWORK} ip -4 -o address show dev eth0`).match(/inet ([\d.]+)/)?.[1] ?? '',
  /** Short connections from pod to pod, all at once. @param {Side} client @param {string} to @param {number} count @param {number} atOnce */
  flows: (client, to, count, atOnce) => {
    const [text, used] = spent(() =>
      inNode(client, `${POD_NETWORK} /var/tools/flows dial ${to}:9000 ${count} ${atOnce}`),
    );
    return { ...JSON.parse(text), cpuMs: (used * 1000) / count };
  },
};

/** A figure as text. @param {any} value */
export function cell(value) {
  if (typeof value === 'string') return value;
  if (value.error) return `failed: ${value.error}`;
  if (value.ms !== undefined) return `${value.ms.toFixed(1)} ms`;
  if (value.done !== undefined) {
    const lost = Object.values(value.lost).reduce((sum, count) => sum + count, 0);
    return `${lost} lost, ${value.seconds.toFixed(1)} s, ${value.cpuMs.toFixed(0)} ms CPU each`;
  }
  const lost = value.lost > 0 ? `, ${value.lost.toFixed(0)} % lost` : '';
  return `${value.mbit.toFixed(0)} Mbit/s, ${value.cpuSecondsPerGB.toFixed(0)} s/GB${lost}`;
}

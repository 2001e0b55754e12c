// Ports that are opened while a node runs, beside the engine's own published port, to the same iperf3 in the node:
// throughput from another lab host, time to open and close, memory of the relay. A table goes to standard output.
// The node runs no Kubernetes: what it adds is the same for all, and it would take the host's one processor.
// RKUBE_BENCH_PATHS: only paths whose title this expression matches. RKUBE_BENCH_ROUNDS: 3 unless set, after one that does
// not count: a lab host's memory is slow the first time that it is used.
// RKUBE_BENCH_KEEP: a lab that is up already.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { over, PATHS } from './network-cluster.mjs';
import { install, iperf, lab, on } from './network-tools.mjs';

/** @typedef {import('./network-tools.mjs').Side} Side */
/** @typedef {import('./network-cluster.mjs').Path} Path */
/** @typedef {{name: string, port: number, place?: object}} Way */

const ADDRESS = '10.99.0.11';
const ROUNDS = Number(process.env.RKUBE_BENCH_ROUNDS ?? 3);
const MANY = 500;
const DRIVER = '/usr/local/lib/rkube/dist/ports-driver.mjs';
const KINDS = {
  'TCP, to the node': [],
  'TCP, from the node': ['--reverse'],
  'UDP, to the node': ['--udp', '--bitrate', '0', '--length', '1400'],
};
const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
const print = (/** @type {unknown[]} */ ...cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const median = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

if (process.env.RKUBE_BENCH_KEEP === undefined) lab('up', '2', '--fresh');
const driver = await build({
  entryPoints: [fileURLToPath(new URL('ports-driver.mjs', import.meta.url))],
  ...{ bundle: true, platform: 'node', format: 'esm', write: false },
});
on('root@1', `cat >${DRIVER}`, { input: driver.outputFiles[0]?.text ?? '' });
print('path', 'port', ...Object.keys(KINDS), 'open and close one', `open and close ${MANY}`, 'relay');
print(...Array.from({ length: 8 }, () => '---'));

for (const path of PATHS) over(path, ([server]) => measure(path, server));

/** @param {Path} path @param {Side} server */
function measure(path, server) {
  on(server.who, `rkube up --engine ${path.engine} --publish 30081 --publish 30081/udp`);
  install(server);
  on(
    server.who,
    `${path.engine} exec rkube-rkube-host1 /var/tools/run --server --daemon --port 30081 --bind ${ADDRESS}`,
  );
  /** @type {Way[]} */
  const ways = [{ name: "the engine's", port: 30081 }, ...live(path, server)];
  const rates = new Map(ways.map(({ name }) => [name, Object.keys(KINDS).map(() => /** @type {number[]} */ ([]))]));
  const running = ways.map(({ place, port }) => (place ? start(server, place, port, 1) : undefined));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { name, port } of ways) {
      Object.values(KINDS).forEach((args, index) => {
        const result = iperf({ ...server, host: 2 }, 'host', ADDRESS, ['--port', String(port), ...args]);
        say(`${round}, ${name}: ${args.join(' ')} ${result.error ?? Math.round(result.mbit ?? 0)}`);
        if (round > 0) rates.get(name)?.[index]?.push(result.mbit ?? 0);
      });
    }
  }
  const ours = rates.get(ways[0]?.name ?? '')?.map(median) ?? [];
  ways.forEach(({ name, place }, index) => {
    const cells = rates.get(name)?.map((each, kind) => {
      const share = Math.round((median(each) / (ours[kind] || 1)) * 100);
      return `${median(each).toFixed(0)} Mbit/s${place ? `, ${share} %` : ''}`;
    });
    const relay = place ? memory(server) : '';
    const one = running[index]?.() ?? '';
    const many = place ? start(server, place, 32_000, MANY)() : '';
    print(path.title, name, ...(cells ?? []), one, many, relay);
  });
}

/** Ways to open a port of the running node. @param {Path} path @param {Side} server @returns {Way[]} */
function live({ engine, tells }, { who }) {
  const pid = on(who, `${engine} container inspect --format '{{.State.Pid}}' rkube-rkube-host1`);
  const [, own = ''] = on(who, `${engine} exec rkube-rkube-host1 cat /run/rkube/given`).trim().split(' ');
  const relay = {
    container: 'rkube-rkube-host1',
    pid: Number(pid),
    address: ADDRESS,
    ownAddress: own,
    rootlessKit: '',
    memory: '',
  };
  const runtime = on(who, 'echo -n "$XDG_RUNTIME_DIR"');
  const folder = engine === 'docker' ? 'dockerd-rootless' : 'containerd-rootless';
  const kit = { ...relay, rootlessKit: `${runtime}/${folder}/api.sock`, memory: `${runtime}/bench-ports.json` };
  const builtin = engine !== 'podman' && tells.endsWith('ports builtin');
  return [
    { name: 'relay', port: 31_081, place: relay },
    ...(builtin ? [{ name: 'RootlessKit', port: 31_082, place: kit }] : []),
  ];
}

/** Opens ports from this number on, to iperf3. @returns what closes them, and tells both times. @param {Side} server @param {object} place @param {number} first @param {number} count */
function start({ who }, place, first, count) {
  const target = { address: ADDRESS, port: 30_081 };
  const protocols = count === 1 ? ['tcp', 'udp'] : ['tcp'];
  const ports = Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    protocols.map((protocol) => ({ protocol, address: ADDRESS, port: first + index, target, sources: [] })),
  );
  const log = `ports-${first}.log`;
  const input = `nohup node ${DRIVER} '${JSON.stringify(place)}' '${JSON.stringify(ports)}' >${log} 2>&1 </dev/null & echo $! >${log}.pid
    timeout 60 sh -c 'until grep -q opened ${log}; do sleep 0.1; done' || { cat ${log} >&2; exit 1; }`;
  on(who, 'sh -s', { input });
  return () => {
    on(who, `kill $(cat ${log}.pid); timeout 60 sh -c 'until grep -q closed ${log}; do sleep 0.1; done'`);
    const times = [...on(who, `cat ${log}`).matchAll(/in (\d+) ms/g)].map(([, ms]) => `${ms} ms`);
    return times.join(', ');
  };
}

/** What the relays on the host take. @param {Side} server */
function memory({ who }) {
  const line = `for pid in $(pgrep -f '^[^ ]*node .*dist/relay.js'); do awk '/^(Rss|Pss):/ { print $1, $2 / 1000, "MB" }' /proc/$pid/smaps_rollup; done`;
  return on(who, line, { mayFail: true }).trim().split('\n').join(', ');
}

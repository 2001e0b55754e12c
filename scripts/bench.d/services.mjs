// Ports that follow Services, on two lab hosts: Podman with our relay (host1), Docker with RootlessKit (host2). Time to the
// first byte on the host after `kubectl create` of a Service has returned, and until it is closed after `kubectl delete`;
// many Services at once; what the agents take. A table goes to standard output.
// RKUBE_BENCH_ROUNDS: 6 unless set. RKUBE_BENCH_MANY: 500 unless set. RKUBE_BENCH_KEEP: a lab whose cluster is up already.
import { lab, on } from './network-tools.mjs';

const ROUNDS = Number(process.env.RKUBE_BENCH_ROUNDS ?? 6);
const MANY = Number(process.env.RKUBE_BENCH_MANY ?? 500);
/** Seconds of rest. */
const REST = 120;
const PLANE = 'alice@1';
const ENDS = /** @type {const} */ ([
  ['Podman, relay', PLANE, '10.99.0.11'],
  ['Docker, RootlessKit', 'bob@2', '10.99.0.12'],
]);
const print = (/** @type {unknown[]} */ ...cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(2)} s`;

/** @param {string} name @param {number} port */
const service = (name, port) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { bench: 'yes' } },
    spec: { type: 'NodePort', selector: { run: 'server' }, ports: [{ port: 80, targetPort: 8080, nodePort: port }] },
  });

/** The user's agent: process, ports that it has open, MiB, and milliseconds of processor time so far. @param {string} who */
function agent(who) {
  const line = `rkube agent status --json; pid=$(systemctl --user show -P MainPID rkube-agent.service)
    echo; awk '/^VmRSS/ { print $2 / 1024 }' /proc/$pid/status; awk '{ print ($14 + $15) * 10 }' /proc/$pid/stat`;
  const [, json = '{}', memory, cpu] = /^([^]*)\n\s*([\d.]+)\n([\d.]+)\s*$/.exec(on(who, line)) ?? [];
  const [{ open = 0 } = {}] = JSON.parse(json).nodes;
  return { open, memory: Number(memory), cpu: Number(cpu) };
}

/** What a host's shell runs until the address gives this exit code of curl; prints the milliseconds. */
const UNTIL = `until_code() {
    from=$(date +%s%N)
    while :; do
      curl -sS --max-time 10 "http://$1/" >/dev/null 2>&1; code=$?
      now=$((($(date +%s%N) - from) / 1000000))
      [ $code != "$2" ] || { echo $now; break; }
      [ $now -lt 60000 ] || { echo "$1: code $code for 60 s" >&2; exit 1; }
      sleep 0.02
    done
  }`;

/** Milliseconds to the first byte and until closed, of one Service. @param {string} address @param {number} port */
function once(address, port) {
  const script = `${UNTIL}
    echo '${service('one', port)}' | rkube kubectl create -f - >/dev/null && until_code ${address}:${port} 0
    rkube kubectl delete service one >/dev/null && until_code ${address}:${port} 7`;
  return on(PLANE, 'bash -s', { input: script }).trim().split('\n').map(Number);
}

/** Seconds that a command takes, and after it until both agents have so many ports open. @param {string} line @param {number} ports @param {string} [input] */
function burst(line, ports, input) {
  const began = performance.now();
  on(PLANE, line, { input });
  const took = performance.now() - began;
  for (const [, who] of ENDS) {
    while (agent(who).open !== ports) {
      if (performance.now() - began > 900_000) throw new Error(`${who}: not ${ports} ports after 900 s`);
    }
  }
  return [took, performance.now() - began - took].map(seconds);
}

if (process.env.RKUBE_BENCH_KEEP === undefined) {
  lab('up', '2', '--fresh');
  on(PLANE, 'rkube init');
  on('bob@2', 'rkube join --engine docker', { input: on(PLANE, 'rkube join-command') });
  const server = 'mkdir -p /tmp/www; echo bench >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www';
  const image = '--image=localhost/rkube-tools:1 --image-pull-policy=Never';
  on(PLANE, `rkube kubectl run server ${image} -- sh -c '${server}'`);
  on(PLANE, 'rkube kubectl wait --for=condition=Ready pod/server --timeout=300s');
}
print('', ...ENDS.map(([title]) => title));
print(...Array.from({ length: ENDS.length + 1 }, () => '---'));
const times = ENDS.map(([, , address]) => Array.from({ length: ROUNDS }, (_, index) => once(address, 30_100 + index)));
print('first byte', ...times.map((each) => each.map(([open = 0]) => seconds(open)).join(', ')));
print('closed', ...times.map((each) => each.map(([, closed = 0]) => seconds(closed)).join(', ')));

const before = ENDS.map(([, who]) => agent(who));
on('root@1', `sleep ${REST}`);
const rest = ENDS.map(([, who], index) => ((agent(who).cpu - (before[index]?.cpu ?? 0)) / REST / 10).toFixed(2));
print(
  'agent at rest',
  ...before.map(({ memory }, index) => `${memory.toFixed(1)} MiB, ${rest[index]} % of a processor`),
);

const base = before[0]?.open ?? 0;
const all = Array.from({ length: MANY }, (_, index) => service(`many-${index}`, 31_000 + index)).join('\n---\n');
const [made, open] = burst('rkube kubectl create -f - >/dev/null', base + MANY, all);
print(`${MANY} Services made in ${made}, all open after`, open, '');
print('agent with them', ...ENDS.map(([, who]) => `${agent(who).memory.toFixed(1)} MiB`));
const [gone, closed] = burst('rkube kubectl delete services -l bench=yes >/dev/null', base);
print(`${MANY} Services deleted in ${gone}, all closed after`, closed, '');
on('root@1', 'sleep 60');
print('agent a minute later', ...ENDS.map(([, who]) => `${agent(who).memory.toFixed(1)} MiB`));
if (process.env.RKUBE_BENCH_KEEP === undefined) lab('down');

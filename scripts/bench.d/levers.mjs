// What settings of the nodes' network interfaces give: pod to pod between two lab hosts, each setting between two
// readings without it, as a machine's speed changes by the hour. RKUBE_BENCH_PATHS chooses paths.
import { makeCluster, over, PATHS } from './network-cluster.mjs';
import { inNode, iperf, lab, POD, TOOLS } from './network-tools.mjs';

/** @typedef {import('./network-tools.mjs').Side} Side */

const UPLINK = '$(ip -4 -o route show default | sed -n "s/.* dev \\([^ ]*\\).*/\\1/p" | head -n 1)';
/** Title, and the shell lines that set it and take it back. @type {[string, string, string][]} */
const LEVERS = [
  ['VXLAN checksums in software', ...feature('flannel.1', 'tx-checksum-ip-generic', 'off')],
  ['no GSO of VXLAN', ...feature('flannel.1', 'generic-segmentation-offload', 'off')],
  ['no TSO of VXLAN', ...feature('flannel.1', 'tcp-segmentation-offload', 'off')],
  ['no GRO of VXLAN', ...feature('flannel.1', 'generic-receive-offload', 'off')],
  ['no GRO of the uplink', ...feature(UPLINK, 'generic-receive-offload', 'off')],
  ['no GSO of the uplink', ...feature(UPLINK, 'generic-segmentation-offload', 'off')],
  ['UDP GRO forwarding of the uplink', ...feature(UPLINK, 'rx-udp-gro-forwarding', 'on')],
  ['longer queue of the uplink', `ip link set ${UPLINK} txqueuelen 10000`, `ip link set ${UPLINK} txqueuelen 500`],
];

/** @param {string} link @param {string} name @param {'on' | 'off'} to @returns {[string, string]} */
function feature(link, name, to) {
  return [`ethtool -K ${link} ${name} ${to}`, `ethtool -K ${link} ${name} ${to === 'on' ? 'off' : 'on'}`];
}

lab('up', '2', '--fresh');
TOOLS.build();
for (const path of PATHS) {
  over(path, (sides) => {
    makeCluster(sides, 1500);
    const [server, client] = sides;
    const pod = POD.address(server);
    const both = () => [[], ['--parallel', '16']].map((args) => iperf(client, 'pod', pod, args));
    const set = (/** @type {string} */ line) =>
      sides.every((side) => inNode(side, `(${line}) >/dev/null 2>&1 && echo set || true`));
    let before = both();
    for (const [title, change, undo] of LEVERS) {
      const taken = set(change);
      const during = taken ? both() : [];
      set(undo);
      const after = both();
      const ratios = during.map(({ mbit = 0 }, at) => (2 * mbit) / ((before[at]?.mbit ?? 0) + (after[at]?.mbit ?? 0)));
      const cell = (/** @type {any[]} */ results) => results.map(({ mbit = 0 }) => mbit.toFixed(0)).join(', ');
      const cells = taken
        ? [cell(during), cell(before), cell(after), ratios.map((ratio) => ratio.toFixed(2)).join(', ')]
        : ['refused', '', '', ''];
      process.stdout.write(`| ${path.title} | ${title} | ${cells.join(' | ')} |\n`);
      before = after;
    }
  });
}

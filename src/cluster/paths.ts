import type { Role } from '../config/types.ts';
import { report } from '../core/reporter.ts';
import { VXLAN_OVERHEAD } from '../host/mtu.ts';
import { COMMON_MTU, pathMtu } from '../host/path-mtu.ts';
import type { Ticket } from '../kubeadm/ticket.ts';
import type { NodeContainer } from '../node/container.ts';
import { tryDatagram } from '../preflight/peer/datagram.ts';
import { readFirewall } from '../preflight/peer/firewall.ts';
import { type Paths, pathReports } from '../preflight/peer/paths.ts';
import type { CheckReport } from '../preflight/types.ts';
import { carriedTo } from './pod-network.ts';
import { ETCD_PORTS, rejectProblems } from './reach.ts';
import type { Site } from './site.ts';

const PEERS = '/usr/local/lib/rkube/peers';
/** Address of every control plane inside the VXLAN network for such tries (compose/node/usr/local/lib/rkube/peers). */
const ANSWERER = '198.19.0.1';
/** Network device of such tries. */
const DEVICE = 'rkube-peers';

/**
 * Proves the paths between this node, which is to join, and each control plane: VXLAN both ways with full packets, and
 * connections to this node's TCP ports.
 * @returns bytes of the largest packet that all of them carry, where that is less than the cluster's
 * @throws RkubeError `preflight`, exit 3: who cannot reach whom, where, and what mends it
 */
export async function tryPaths(
  site: Site,
  ticket: Ticket,
  role: Role,
  controlPlanes: readonly string[],
  ignore: readonly string[],
): Promise<number | undefined> {
  const { mtu } = ticket;
  if (mtu === undefined) {
    const next = 'the paths are tried after the join; `rkube up` there brings it up to date';
    report(site.run.reporter, 'info', `The control plane was made by an earlier rkube and does not answer: ${next}`);
    return undefined;
  }
  const reports: CheckReport[] = [];
  let full = mtu;
  // They have one address inside, so one after the other.
  for (const address of controlPlanes) {
    if (address === site.config.address) continue;
    const tried = await tryPath(site, ticket, role, address, full);
    reports.push(...tried.reports);
    full = tried.carries;
  }
  rejectProblems(site, ticket, ignore, reports);
  if (full === mtu) return undefined;
  report(
    site.run.reporter,
    'warn',
    `The path carries packets of ${full} bytes, not the cluster's ${mtu}: pods of this node send no larger ones, and ` +
      `are sent none by TCP. For larger datagrams to them too: \`rkube init --mtu ${full}\` on the first control plane`,
  );
  return full;
}

async function tryPath(
  { host, node, config, run }: Site,
  { port, flannelPort }: Ticket,
  role: Role,
  there: string,
  full: number,
): Promise<{ reports: readonly CheckReport[]; carries: number }> {
  const asked = [config.ports.kubelet, ...(role === 'control-plane' ? [port, ...ETCD_PORTS] : [])];
  const ask = [PEERS, 'ask', there, String(full - VXLAN_OVERHEAD), ...asked.map(String)];
  try {
    const heard = await node.try(ask, { effect: 'write', dry: asked.join('\n') });
    if (run.dryRun) return { reports: [], carries: full };
    const connected = heard.stdout.split('\n').filter(Boolean).map(Number);
    const all = await carriedTo(node, ANSWERER, port, full);
    const path = all === 'small' ? await pathMtu(host, there, full) : undefined;
    const less = all === 'small' ? await largestCarried(node, port, Math.min(path ?? full, full - 1)) : undefined;
    const carried = less === undefined ? all : 'all';
    const well = carried === 'all' && connected.length === asked.length;
    const seen: Paths = {
      here: { name: config.node, address: config.address },
      there: { name: there, address: there },
      vxlanPort: flannelPort,
      asked,
      connected,
      carried,
      full: less ?? full,
      pathMtu: path,
      way: well ? 'silent' : await tryDatagram(there, flannelPort),
      firewall: well ? undefined : await readFirewall(host, config.address),
    };
    return { reports: pathReports(seen), carries: seen.full };
  } finally {
    await node.try([PEERS, 'down'], { effect: 'write' });
  }
}

/**
 * Bytes of the largest usual packet, at most `most`, that comes through VXLAN both ways; undefined when none does.
 * Who answers sends no larger packets than the device here takes.
 */
export async function largestCarried(
  node: Pick<NodeContainer, 'try' | 'readFile'>,
  port: number,
  most: number,
): Promise<number | undefined> {
  const sizes = COMMON_MTU.filter((size) => size <= most);
  let [lost, carried] = [-1, sizes.length];
  while (carried - lost > 1) {
    const middle = (lost + carried) >> 1;
    const size = sizes[middle] ?? 0;
    await node.try(['ip', 'link', 'set', DEVICE, 'mtu', String(size - VXLAN_OVERHEAD)], { effect: 'write' });
    if ((await carriedTo(node, ANSWERER, port, size)) === 'all') carried = middle;
    else lost = middle;
  }
  return sizes[carried];
}

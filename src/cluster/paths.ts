import type { Role } from '../config/types.ts';
import { report } from '../core/reporter.ts';
import { VXLAN_OVERHEAD } from '../host/mtu.ts';
import { pathMtu } from '../host/path-mtu.ts';
import type { Ticket } from '../kubeadm/ticket.ts';
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

/**
 * Proves the paths between this node, which is to join, and each control plane: VXLAN both ways with full packets, and
 * connections to this node's TCP ports.
 * @throws RkubeError `preflight`, exit 3: who cannot reach whom, where, and what mends it
 */
export async function tryPaths(
  site: Site,
  ticket: Ticket,
  role: Role,
  controlPlanes: readonly string[],
  ignore: readonly string[],
): Promise<void> {
  const { mtu } = ticket;
  if (mtu === undefined) {
    const next = 'the paths are tried after the join; `rkube up` there brings it up to date';
    report(site.run.reporter, 'info', `The control plane was made by an earlier rkube and does not answer: ${next}`);
    return;
  }
  const reports: CheckReport[] = [];
  // They have one address inside, so one after the other.
  for (const address of controlPlanes) {
    if (address !== site.config.address) reports.push(...(await tryPath(site, ticket, role, address, mtu)));
  }
  rejectProblems(site, ticket, ignore, reports);
}

async function tryPath(
  { host, node, config, run }: Site,
  { port, flannelPort }: Ticket,
  role: Role,
  there: string,
  full: number,
): Promise<readonly CheckReport[]> {
  const asked = [config.ports.kubelet, ...(role === 'control-plane' ? [port, ...ETCD_PORTS] : [])];
  const ask = [PEERS, 'ask', there, String(full - VXLAN_OVERHEAD), ...asked.map(String)];
  try {
    const heard = await node.try(ask, { effect: 'write', dry: asked.join('\n') });
    if (run.dryRun) return [];
    const connected = heard.stdout.split('\n').filter(Boolean).map(Number);
    const carried = await carriedTo(node, ANSWERER, port, full);
    const well = carried === 'all' && connected.length === asked.length;
    const seen: Paths = {
      here: { name: config.node, address: config.address },
      there: { name: there, address: there },
      vxlanPort: flannelPort,
      asked,
      connected,
      carried,
      full,
      pathMtu: carried === 'small' ? await pathMtu(host, there, full) : undefined,
      way: well ? 'silent' : await tryDatagram(there, flannelPort),
      firewall: well ? undefined : await readFirewall(host, config.address),
    };
    return pathReports(seen);
  } finally {
    await node.try([PEERS, 'down'], { effect: 'write' });
  }
}

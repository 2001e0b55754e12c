import { awaitCondition } from '../core/run.ts';
import { done, notYet } from '../core/wait.ts';
import { VXLAN_OVERHEAD } from '../host/mtu.ts';
import { pathMtu } from '../host/path-mtu.ts';
import type { NodeContainer } from '../node/container.ts';
import type { Carried } from '../preflight/peer/paths.ts';
import type { Site } from './site.ts';

/** flanneld learns of the other nodes and sets their addresses within seconds. */
const DEADLINE_MS = 60_000;

/** Neighbours on Flannel's interface: `ip -json neigh`. */
interface Neighbour {
  readonly dst: string;
  readonly lladdr?: string;
}
/** Hosts behind them: `bridge -json fdb`. */
interface Tunnel {
  readonly mac: string;
  readonly dst?: string;
}

/** Addresses on Flannel's interface by host address, as flanneld entered them. */
export function vtepAddresses(
  neighbours: readonly Neighbour[],
  tunnels: readonly Tunnel[],
): ReadonlyMap<string, string> {
  const hosts = new Map(tunnels.flatMap(({ mac, dst }) => (dst === undefined ? [] : [[mac, dst] as const])));
  return new Map(
    neighbours.flatMap(({ dst, lladdr = '' }) => {
      const host = hosts.get(lladdr);
      return host === undefined ? [] : [[host, dst] as const];
    }),
  );
}

/**
 * Waits until a control plane's API answers this node through VXLAN, with more than fits into one packet: what pods of
 * different hosts need. Ports of control planes are open, or this node had not joined.
 * @throws RkubeError `timeout` that tells whether everything or only full packets are lost
 */
export async function waitForPodNetwork(site: Site, controlPlanes: readonly string[], port: number): Promise<void> {
  const { run, host, config } = site;
  const others = controlPlanes.filter((address) => address !== config.address);
  if (others.length === 0) return;
  const measured = new Map<string, Promise<number | undefined>>();
  const measure = (peer: string, most: number): Promise<number | undefined> => {
    const path = measured.get(peer) ?? pathMtu(host, peer, most);
    measured.set(peer, path);
    return path;
  };
  await awaitCondition(
    run,
    {
      describe: `an answer through VXLAN from ${others.join(' or ')}`,
      deadlineMs: DEADLINE_MS,
      next:
        `Node ${config.node} has joined, but its pods cannot reach those of other hosts. Let ${config.ports.flannel}/udp ` +
        'through both ways; where only full packets are lost, run `rkube init --mtu BYTES` again on the control plane. ' +
        'Then `rkube join` again.',
      probe: async () => {
        const lost = await lostThroughVxlan(site, others, port, measure);
        return lost === '' ? done(true) : notYet(lost);
      },
    },
    true,
  );
}

/** What of VXLAN's packets is lost between this node and the first control plane that Flannel knows; '' for nothing. */
export async function lostThroughVxlan(
  site: Pick<Site, 'node' | 'config'>,
  others: readonly string[],
  port: number,
  measure: (peer: string, most: number) => Promise<number | undefined>,
): Promise<string> {
  const known = await vteps(site);
  const peer = others.find((address) => known.has(address));
  if (peer === undefined) return 'Flannel has not told of the control plane yet';
  const full = (await fullPacket(site.node)) ?? 0;
  const carried = await carriedTo(site.node, known.get(peer) ?? '', port, full);
  if (carried === 'all') return '';
  const where = `${peer}:${site.config.ports.flannel}/udp`;
  if (carried === 'nothing') return `${where}: nothing comes back`;
  const path = await measure(peer, full);
  const carries = path === undefined ? '' : `; the path carries ${path}`;
  return `${where}: small packets pass, full ones (${full} bytes) are lost${carries}`;
}

type Commands = Pick<NodeContainer, 'try' | 'readFile'>;

/** Bytes of a full packet of the pod network outside VXLAN; undefined while Flannel does not run. */
export async function fullPacket(node: Commands): Promise<number | undefined> {
  const inner = Number(await node.readFile('/sys/class/net/flannel.1/mtu'));
  return inner > 0 ? inner + VXLAN_OVERHEAD : undefined;
}

/** What comes back of requests to an API server at an address inside VXLAN. `full`: bytes of a packet outside. */
export async function carriedTo(node: Commands, address: string, port: number, full: number): Promise<Carried> {
  if (await answers(node, address, port, 2 * full)) return 'all';
  return (await connects(node, address, port)) ? 'small' : 'nothing';
}

async function vteps({ node }: Pick<Site, 'node'>): Promise<ReadonlyMap<string, string>> {
  const list = async <T>(...argv: readonly string[]): Promise<readonly T[]> => {
    const { exitCode, stdout } = await node.try([...argv, 'show', 'dev', 'flannel.1'], { effect: 'read' });
    return exitCode === 0 && stdout.trim() !== '' ? (JSON.parse(stdout) as T[]) : [];
  };
  return vtepAddresses(await list('ip', '-json', 'neigh'), await list('bridge', '-json', 'fdb'));
}

/** Whether a request with a header of that many bytes gets an answer; who is refused has been heard. */
async function answers(node: Commands, address: string, port: number, bytes: number): Promise<boolean> {
  const quiet = ['curl', '--insecure', '--silent', '--http1.1', '--output', '/dev/null', '--max-time', '5'];
  const bulk = ['--header', `x-rkube: ${'x'.repeat(bytes)}`, `https://${address}:${port}/version`];
  return (await node.try([...quiet, ...bulk], { effect: 'read' })).exitCode === 0;
}

/** Whether a connection, which takes small packets only, comes about. */
async function connects(node: Commands, address: string, port: number): Promise<boolean> {
  const argv = ['timeout', '3', 'bash', '-c', 'exec 3<>"/dev/tcp/$0/$1"', address, String(port)];
  return (await node.try(argv, { effect: 'read' })).exitCode === 0;
}

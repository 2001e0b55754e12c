import type { Host } from '../../host/types.ts';
import { ok, problem, skip } from '../finding.ts';
import type { Check, PortUse } from '../types.ts';

interface Taken {
  readonly evidence: string;
  readonly fix: string;
}

export const portsFree: Check = {
  id: 'ports-free',
  title: "the node's host ports are free",
  severity: 'fatal',
  probe: async ({ host, engine, ports, nodeRuns }) => {
    if (engine === undefined) return skip('no engine to ask whether its node holds them');
    if (nodeRuns) return skip('the node runs and holds its ports');
    const taken: Taken[] = [];
    // One after the other: 0.0.0.0 and 127.0.0.1 with the same number would be in each other's way.
    for (const use of ports) taken.push(...(await tryPort(host, use)));
    if (taken.length === 0) return ok(ports.map(show).join(', ') || 'no ports to publish');
    const join = (key: keyof Taken): string => [...new Set(taken.map((each) => each[key]))].join('; ');
    return problem(join('evidence'), join('fix'));
  },
};

const show = ({ address, port, protocol }: PortUse): string => `${address}:${port}/${protocol}`;

async function tryPort(host: Host, use: PortUse): Promise<Taken[]> {
  // Node can not open SCTP sockets; the engine will tell.
  if (use.protocol !== 'tcp' && use.protocol !== 'udp') return [];
  // The address check reports that no host address is known.
  if (use.address === '') return [];
  const code = await host.tryListen(use.address, use.port, use.protocol);
  // The address check reports an address that is not of this host.
  if (code === '' || code === 'EADDRNOTAVAIL') return [];
  const what = `${show(use)} (${use.what})`;
  if (code === 'EADDRINUSE') {
    return [
      {
        evidence: `${what} is taken by ${await host.holder(use.protocol, use.port)}`,
        fix: `End that process, or choose another port for: ${use.what}`,
      },
    ];
  }
  if (code === 'EACCES') {
    // The check low-ports knows the ports that are for administrators.
    const first = Number((await host.readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start')) ?? 0);
    if (use.port < first) return [];
  }
  return [{ evidence: `${what}: can not listen: ${code}`, fix: `Choose another port for: ${use.what}` }];
}

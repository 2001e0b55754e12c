import { ok, problem, skip } from '../finding.ts';
import type { CheckReport, Finding } from '../types.ts';
import { peerReport } from './checks.ts';
import type { Way } from './ends.ts';
import { closedPorts, type Firewall, opening, type Port } from './firewall.ts';
import type { Carried } from './paths.ts';

/** Judges what two hosts found of each other. `there`: addresses that an end has beside its host's, by host address. */
export function wayReports(
  ways: readonly Way[],
  carried: Carried,
  full: number,
  inner: ReadonlyMap<string, readonly string[]>,
): readonly CheckReport[] {
  const closed = ways.filter(({ udp }) => udp !== '');
  return [
    peerReport('peer-tcp', tcp(ways)),
    peerReport('peer-vxlan', closed.length > 0 ? udp(closed) : vxlan(ways, carried)),
    peerReport('peer-source', source(ways, inner)),
    peerReport('peer-mtu', mtu(ways, carried, full)),
  ];
}

function tcp(ways: readonly Way[]): Finding {
  const shut = ways
    .map((way) => ({ way, ports: way.tcp.filter(({ problem }) => problem !== '') }))
    .filter(({ ports }) => ports.length > 0);
  if (shut.length === 0)
    return ok(
      ways.map(({ from, to }) => `${from.node} reaches ${to.node} at ${to.tcpPorts.join(', ')}/tcp`).join('; '),
    );
  return shutOut(shut.map(({ way, ports }) => ({ way, ports: ports.map(({ port }) => `${port}/tcp` as const) })));
}

const udp = (ways: readonly Way[]): Finding =>
  shutOut(ways.map((way) => ({ way, ports: [`${way.to.vxlanPort}/udp` as const] })));

/** Who cannot reach whom, and what lets it in there. */
function shutOut(shut: readonly { readonly way: Way; readonly ports: readonly Port[] }[]): Finding {
  const evidence = shut.map(({ way: { from, to }, ports }) => {
    const blamed = to.firewall !== undefined && closedPorts(to.firewall, ports).length > 0 ? blame(to.firewall) : '';
    return `${from.node} cannot reach ${ports.map((port) => `${to.address}:${port}`).join(', ')} (${to.node})${blamed}`;
  });
  const fixes = shut.map(
    ({ way: { to }, ports }) => `on ${to.node}, as an administrator: ${opening(ports, to.firewall)}`,
  );
  return problem(evidence.join('; '), `Let them in ${fixes.join('; ')}`);
}

const blame = ({ name, zone }: Firewall): string => `: ${name}${zone === '' ? '' : ` zone ${zone}`} blocks it`;

function vxlan([way]: readonly Way[], carried: Carried): Finding {
  if (way === undefined) return skip('not tried');
  const { from, to } = way;
  const between = `between ${from.node} and ${to.node} at ${to.vxlanPort}/udp`;
  if (carried !== 'nothing') return ok(`VXLAN ${between} comes through both ways, with sound checksums`);
  return problem(
    `datagrams ${between} pass both ways, VXLAN does not: what is on the way drops it, or its checksums are wrong`,
    `Let VXLAN through the firewalls between the hosts; or another port for it: \`--port-flannel\``,
  );
}

function mtu([way]: readonly Way[], carried: Carried, full: number): Finding {
  if (way === undefined || carried === 'nothing') return skip('not known while VXLAN does not come through');
  if (carried === 'all') return ok(`packets of ${full} bytes come through both ways`);
  return problem(
    `between ${way.from.node} and ${way.to.node} small packets pass, full ones (${full} bytes) are lost`,
    'A smaller size for the cluster: `rkube init --mtu BYTES`, e.g. 1400',
  );
}

/** Port drivers put an address of their own engine in; any other has been put in between the hosts. */
function source(ways: readonly Way[], inner: ReadonlyMap<string, readonly string[]>): Finding {
  const seen = ways.filter((way) => way.seen !== '');
  if (seen.length === 0) return skip('no datagram came through');
  const said = seen.map(({ from, to, seen: address }) => `${to.node} sees ${from.node} as ${address}`).join('; ');
  const translated = seen.filter(({ from, to, seen: address }) => {
    const own = inner.get(to.address) ?? [];
    return address !== from.address && !own.some((each) => network(each) === network(address));
  });
  if (translated.length === 0) return ok(said);
  return problem(
    said,
    'Nodes reach each other at their host addresses: give each host one that the other sees and reaches (`--address`), or join them by a VPN',
  );
}

/** The first three parts: engines' own networks are that large, or larger with their gateway near. */
const network = (address: string): string => address.split('.', 3).join('.');

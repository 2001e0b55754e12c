import { ok, problem, skip } from '../finding.ts';
import type { CheckReport, Finding } from '../types.ts';
import { peerReport } from './checks.ts';
import type { Way } from './datagram.ts';
import { closedPorts, type Firewall, opening, type Port } from './firewall.ts';

/** What of VXLAN's packets comes back: all, small ones only, or none. */
export type Carried = 'all' | 'small' | 'nothing';

/** What was seen between this host and another, `there`. */
export interface Paths {
  /** Names to call them, and addresses to reach them. */
  readonly here: { readonly name: string; readonly address: string };
  readonly there: { readonly name: string; readonly address: string };
  readonly vxlanPort: number;
  /** TCP ports here that `there` was asked to connect to, by a word through VXLAN; and those it did connect to. */
  readonly asked: readonly number[];
  readonly connected: readonly number[];
  readonly carried: Carried;
  /** Bytes of a full packet outside VXLAN, and of the largest that the path carries, where that could be told. */
  readonly full: number;
  readonly pathMtu: number | undefined;
  /** How the way to the other's VXLAN port looks. */
  readonly way: Way;
  readonly firewall: Firewall | undefined;
}

/** Judges the paths: who cannot reach whom, at which port, and what lets it in. */
export function pathReports(paths: Paths): readonly CheckReport[] {
  return [
    peerReport('peer-vxlan', vxlan(paths)),
    peerReport('peer-tcp', tcp(paths)),
    peerReport('peer-mtu', mtu(paths)),
  ];
}

const WAYS: Readonly<Record<Way, string>> = {
  silent: 'nothing comes back',
  refused: 'it is refused: nothing listens there, or a firewall refuses it',
  prohibited: 'a firewall on the way prohibits it',
  forbidden: 'a firewall of this host lets nothing out to it',
};

function vxlan({ here, there, vxlanPort, asked, connected, carried, way, firewall }: Paths): Finding {
  const port: Port = `${vxlanPort}/udp`;
  if (carried !== 'nothing')
    return ok(`${here.name} and ${there.name} reach each other at ${port}, with sound checksums`);
  // The word came through, or it would not have connected.
  if (connected.length > 0) return inbound({ here, there, firewall }, [port]);
  const evidence = `${here.name} cannot reach ${at(there, port)}: ${WAYS[way]}`;
  const closed = firewall === undefined ? [] : closedPorts(firewall, [port, ...asked.map(asTcp)]);
  const own =
    firewall === undefined || closed.length === 0 ? '' : `; ${blame(here.name, firewall)} ${closed.join(', ')}`;
  const fix = `Let ${port} in on ${there.name}. As an administrator there: ${opening([port])}`;
  return problem(`${evidence}${own}`, own === '' ? fix : `On ${here.name}: ${opening(closed, firewall)}. ${fix}`);
}

function tcp({ here, there, asked, connected, carried, firewall }: Paths): Finding {
  if (carried === 'nothing' && connected.length === 0) return skip('not known while VXLAN does not come through');
  const missing = asked.filter((port) => !connected.includes(port)).map(asTcp);
  if (missing.length === 0) return ok(`${there.name} reaches ${at(here, asked.map(asTcp).join(', '))}`);
  return inbound({ here, there, firewall }, missing);
}

/** The other host does not get in here. */
function inbound({ here, there, firewall }: Pick<Paths, 'here' | 'there' | 'firewall'>, ports: readonly Port[]) {
  const closed = firewall === undefined ? [] : closedPorts(firewall, ports);
  const why =
    firewall === undefined
      ? ''
      : closed.length > 0
        ? `; ${blame(here.name, firewall)} ${closed.join(', ')}`
        : `; ${firewall.name} runs on ${here.name}`;
  return problem(
    `${there.name} cannot reach ${at(here, ports.join(', '))}: nothing comes through${why}`,
    `Let ${ports.join(', ')} in on ${here.name}. As an administrator there: ${opening(ports, firewall)}`,
  );
}

function mtu({ here, there, vxlanPort, carried, full, pathMtu }: Paths): Finding {
  if (carried === 'nothing') return skip('not known while VXLAN does not come through');
  if (carried === 'all') return ok(`packets of ${full} bytes come through`);
  const known = pathMtu === undefined || pathMtu >= full ? '' : `; the path carries ${pathMtu}`;
  return problem(
    `between ${here.name} and ${at(there, `${vxlanPort}/udp`)} small packets pass, full ones (${full} bytes) are lost${known}`,
    `On the first control plane \`rkube init --mtu ${known === '' ? 'BYTES' : pathMtu}\`, then a new ticket`,
  );
}

const asTcp = (port: number): Port => `${port}/tcp`;

/** `10.0.0.1:8472/udp`, or `host2 at …` where its name says more. */
const at = ({ name, address }: Paths['here'], port: string): string =>
  name === address ? `${address}:${port}` : `${name} at ${address}:${port}`;

const blame = (host: string, { name, zone }: Firewall): string =>
  `${name}${zone === '' ? '' : ` zone ${zone}`} of ${host} blocks`;

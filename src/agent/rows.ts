import type { Ports } from './ports.ts';
import { byText, type Claim, type Owner, portName, type Refused, type Wanted } from './wanted.ts';

/** A port of the host, wanted or open, as `rkube ports` shows it. */
export interface PortRow {
  readonly cluster: string;
  readonly node: string;
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  /** Where it leads in the node: `ADDRESS:PORT`. */
  readonly target: string;
  /** `service NAMESPACE/NAME`, `manual`, `published`. */
  readonly for: string;
  readonly state: 'open' | 'waiting' | 'refused';
  /** Why it is not open. */
  readonly reason: string;
}

/** Every port of a node with what has become of it, in the order of their numbers. */
export function portRows(
  { cluster, node }: { readonly cluster: string; readonly node: string },
  { open, published, refused }: Wanted,
  ports: Pick<Ports, 'open' | 'failures'>,
): readonly PortRow[] {
  const row = ({ owner, port }: Pick<Refused, 'owner' | 'port'>, state: PortRow['state'], reason = ''): PortRow => ({
    cluster,
    node,
    protocol: port.protocol,
    address: port.address,
    port: port.port,
    target: `${port.target.address}:${port.target.port}`,
    for: ownerText(owner),
    state,
    reason,
  });
  const live = (claim: Claim): PortRow => {
    if (ports.open.has(portName(claim.port))) return row(claim, 'open');
    const failure = ports.failures.get(portName(claim.port));
    return failure === undefined ? row(claim, 'waiting') : row(claim, 'refused', failure.message);
  };
  return [
    ...open.map(live),
    ...published.map((claim) => ({ ...row(claim, 'open'), reason: 'published by the engine' })),
    ...refused.map((each) => row(each, 'refused', each.message)),
  ].toSorted((a, b) => a.port - b.port || byText(a.protocol, b.protocol));
}

const ownerText = ({ kind, name }: Owner): string => (kind === 'service' ? `service ${name}` : kind);

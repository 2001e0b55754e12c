import { parsePublish } from '../config/publish.ts';
import type { PublishedPort } from '../config/types.ts';
import type { Service } from './services.ts';
import type { HostPort } from './types.ts';

/** For whom a port is open. */
export interface Owner {
  readonly kind: 'service' | 'manual' | 'published';
  /** `namespace/name` of the Service; '' else. */
  readonly name: string;
  readonly uid: string;
}

/** A port that somebody wants open. */
export interface Claim {
  readonly owner: Owner;
  readonly port: HostPort;
}

/** A port that cannot be had, and why. `protocol` may be one that no forwarder knows. */
export interface Refused {
  readonly owner: Owner;
  readonly port: Omit<HostPort, 'protocol'> & { readonly protocol: string };
  readonly reason: 'PortTaken' | 'PortRefused';
  readonly message: string;
}

export interface Wanted {
  readonly open: readonly Claim[];
  /** Open already, by the engine. */
  readonly published: readonly Claim[];
  readonly refused: readonly Refused[];
}

export interface Wish {
  readonly services: readonly Service[];
  /** As `ports add` takes them. */
  readonly manual: readonly string[];
  readonly published: readonly PublishedPort[];
  /** Host address, which is the node's. */
  readonly address: string;
  /** Address of the host to listen on. */
  readonly listen: string;
}

/** `tcp 192.0.2.7:30080`: one of each on a host. */
export const portName = ({ protocol, address, port }: Pick<Refused['port'], 'protocol' | 'address' | 'port'>): string =>
  `${protocol} ${address}:${port}`;

/**
 * The ports that should be open on the host. Where two want the same, what a person asked for comes first, then the
 * older Service.
 */
export function wantedPorts(wish: Wish): Wanted {
  const holders = new Map<string, Asked>();
  const open: Claim[] = [];
  const published: Claim[] = [];
  const refused: Refused[] = [];
  for (const claim of [...manualClaims(wish), ...wish.services.toSorted(older).flatMap((each) => claims(each, wish))]) {
    const problem = refusal(claim, wish, holders);
    if (problem === 'published') published.push(claim as Claim);
    else if (problem !== undefined) refused.push(problem);
    else {
      holders.set(portName(claim.port), claim);
      open.push(claim as Claim);
    }
  }
  return { open, published, refused };
}

type Asked = Pick<Refused, 'owner' | 'port'>;

function manualClaims({ manual, listen, address }: Wish): Asked[] {
  return manual.flatMap((spec) => {
    const port = parsePublish(spec, listen);
    if (port === undefined) return [];
    const { hostPort, nodePort, protocol } = port;
    const target = { address, port: nodePort };
    const owner: Owner = { kind: 'manual', name: '', uid: '' };
    return [{ owner, port: { protocol, address: port.address, port: hostPort, target, sources: [] } }];
  });
}

/** A node port is reached at every address of the node; a load balancer's port leads to its node port. */
function claims(service: Service, { listen, address }: Wish): Asked[] {
  const { namespace, name, uid, sources, type, clusterIP } = service;
  const owner: Owner = { kind: 'service', name: `${namespace}/${name}`, uid };
  return service.ports.flatMap(({ protocol, port, nodePort }) => {
    const target = nodePort === 0 ? { address: clusterIP, port } : { address, port: nodePort };
    const numbers = [...(type === 'LoadBalancer' ? [port] : []), ...(nodePort === 0 ? [] : [nodePort])];
    return [...new Set(numbers)].map((number) => ({
      owner,
      port: { protocol, address: listen, port: number, target, sources },
    }));
  });
}

function refusal(
  claim: Asked,
  { published }: Wish,
  holders: ReadonlyMap<string, Asked>,
): Refused | 'published' | undefined {
  const { owner, port } = claim;
  const refuse = (reason: Refused['reason'], message: string): Refused => ({ ...claim, reason, message });
  if (port.protocol !== 'tcp' && port.protocol !== 'udp')
    return refuse('PortRefused', `Port ${port.port}/${port.protocol}: only tcp and udp can be opened on a host`);
  const engines = published.find(
    (each) => each.hostPort === port.port && each.protocol === port.protocol && overlap(each.address, port.address),
  );
  if (engines !== undefined) {
    if (engines.nodePort === port.target.port && port.sources.length === 0) return 'published';
    const leads = `leads to port ${engines.nodePort} of the node since it was made`;
    return refuse('PortTaken', `Port ${port.port}/${port.protocol} of ${engines.address} ${leads}`);
  }
  const holder = holders.get(portName(port));
  if (holder === undefined || holder.owner === owner) return undefined;
  const by = holder.owner.kind === 'manual' ? '`rkube ports add`' : `Service ${holder.owner.name}`;
  return refuse('PortTaken', `Port ${port.port}/${port.protocol} of ${port.address} is open for ${by}`);
}

const overlap = (a: string, b: string): boolean => a === b || a === '0.0.0.0' || b === '0.0.0.0';

const older = (a: Service, b: Service): number =>
  byText(a.created, b.created) || byText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`);

/** Not localeCompare, which loads the rules of a language: 2.4 MB for as long as the agent runs. */
export const byText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

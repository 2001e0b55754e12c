// What settings must be together. Values that are wrong by themselves are told by their own rule and passed over here.

import { contains, overlaps, parseAddress, parseRange } from './ipv4.ts';
import { problem, subject } from './problems.ts';
import { formatPublish } from './publish.ts';
import type { NodeConfig, Protocol } from './types.ts';

/** A host port the node needs, and which setting asks for it. */
interface Claim {
  readonly what: string;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly protocol: Protocol;
}

/** Problems between settings: ports asked for twice, ranges that overlap. */
export function jointProblems(config: NodeConfig): string[] {
  return [...portProblems(config), ...subnetProblems(config)];
}

/** Pod and service ranges that overlap networks of the engine, e.g. `10.88.0.0/16`; other than IPv4 is passed over. */
export function rangeProblems(config: NodeConfig, engineSubnets: readonly string[]): string[] {
  return ranges(config).flatMap(({ key, text, range }) =>
    engineSubnets
      .filter((subnet) => overlapping(range, parseRange(subnet)))
      .map((subnet) => problem(key, config.sources[key], `outside the container engine's network ${subnet}`, text)),
  );
}

function subnetProblems(config: NodeConfig): string[] {
  const [pod, service] = ranges(config);
  const host = parseAddress(config.address);
  const problems: string[] = [];
  if (pod && service && overlapping(pod.range, service.range)) {
    const other = `${subject('serviceSubnet', config.sources.serviceSubnet)} ${service.text}`;
    problems.push(problem('podSubnet', config.sources.podSubnet, `outside ${other}`, pod.text));
  }
  for (const { key, text, range } of [pod, service].filter((each) => each !== undefined)) {
    if (range === undefined || host === undefined || !contains(range, host)) continue;
    const other = `${subject('address', config.sources.address)} ${config.address}`;
    problems.push(problem(key, config.sources[key], `a range without ${other}`, text));
  }
  return problems;
}

function ranges(config: NodeConfig) {
  return (['podSubnet', 'serviceSubnet'] as const).map((key) => ({
    key,
    text: config[key],
    range: parseRange(config[key]),
  }));
}

type MaybeRange = ReturnType<typeof parseRange>;

const overlapping = (a: MaybeRange, b: MaybeRange): boolean => a !== undefined && b !== undefined && overlaps(a, b);

function portProblems(config: NodeConfig): string[] {
  const all = claims(config);
  return all.flatMap((claim, index) => {
    const earlier = all.slice(0, index).find((other) => collide(claim, other));
    return earlier
      ? [`${claim.what} must be a host port of its own, got ${claim.port}/${claim.protocol} like ${earlier.what}`]
      : [];
  });
}

function claims({ ports, publish, address, sources }: NodeConfig): Claim[] {
  // The node's own ports are opened on the host address and on the loopback address.
  const own = { addresses: [address, '127.0.0.1'], protocol: 'tcp' } as const;
  const name = (key: string): string => subject(key, sources[key]);
  const etcd = [
    { ...own, what: name('ports.etcd'), port: ports.etcd },
    { ...own, what: `the peer port after ${name('ports.etcd')}`, port: ports.etcd + 1 },
  ];
  return [
    { ...own, what: name('ports.apiserver'), port: ports.apiserver },
    { ...own, what: name('ports.kubelet'), port: ports.kubelet },
    { ...own, what: name('ports.flannel'), port: ports.flannel, protocol: 'udp' },
    ...(ports.etcd === 0 ? [] : etcd),
    ...publish.map((port) => ({
      what: `${name('publish')} ${formatPublish(port)}`,
      addresses: [port.address],
      port: port.hostPort,
      protocol: port.protocol,
    })),
  ];
}

function collide(a: Claim, b: Claim): boolean {
  const everywhere = [...a.addresses, ...b.addresses].includes('0.0.0.0');
  const shared = everywhere || a.addresses.some((address) => b.addresses.includes(address));
  return a.port === b.port && a.protocol === b.protocol && shared;
}

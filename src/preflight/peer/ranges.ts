import { formatRange, overlaps, parseRange } from '../../config/ipv4.ts';
import type { NodeConfig } from '../../config/types.ts';
import { isInner } from '../../host/address.ts';
import type { HostAddress } from '../../host/types.ts';
import { ok, problem } from '../finding.ts';
import type { Finding } from '../types.ts';

/** Networks of a host that pods could not reach, as their addresses would be taken for pods or Services. */
export function rangesFinding(
  host: string,
  addresses: readonly HostAddress[],
  { podSubnet, serviceSubnet }: Pick<NodeConfig, 'podSubnet' | 'serviceSubnet'>,
): Finding {
  const ranges = [
    { what: 'pod range', range: parseRange(podSubnet) },
    { what: 'service range', range: parseRange(serviceSubnet) },
  ];
  // Those of container tools are in namespaces that a node never sees.
  const networks = addresses.filter(({ interface: name }) => name !== 'lo' && !isInner(name));
  const clashes = networks.flatMap(({ interface: name, address, prefix }) => {
    const network = parseRange(`${address}/${prefix}`);
    return ranges.flatMap(({ what, range }) =>
      range && network && overlaps(range, network)
        ? [`${formatRange(network)} on ${name} of ${host} is in the cluster's ${what} ${formatRange(range)}`]
        : [],
    );
  });
  if (clashes.length === 0) return ok(`${podSubnet} and ${serviceSubnet} hold no network of ${host}`);
  return problem(
    clashes.join('; '),
    'Make the cluster with other ranges (`rkube init --pod-subnet … --service-subnet …`), or take the address off that interface',
  );
}

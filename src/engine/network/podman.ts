import { findExecutable } from '../../host/executable.ts';
import type { Host } from '../../host/types.ts';
import type { Inside, NetworkDriver, NetworkSetup } from './types.ts';

/** `--network` of a container, and the program that carries it. */
const KNOWN = [
  { network: 'pasta', ports: 'pasta', option: 'pasta' },
  { network: 'slirp4netns', ports: 'rootlessport', option: 'slirp4netns' },
  { network: 'slirp4netns', ports: 'slirp4netns', option: 'slirp4netns:port_handler=slirp4netns' },
] as const;

/** Podman's default of pasta and slirp4netns. */
const MTU = 65520;

/** Podman: each container has a namespace of its own, so a driver is measured in a container that is thrown away. */
export const podmanNetwork: NetworkSetup = {
  environment: async () => ({}),
  forwarders: [],
  drivers: (host) => Promise.all(KNOWN.map((known) => driver(host, known))),
  dropIn: {
    file: 'containers/containers.conf.d/rkube-network.conf',
    lines: ({ network, ports }) => [
      // No pasta_options: they would count for the node, too, which is to have the host's own address.
      ...(ports === network && network === 'slirp4netns'
        ? ['[engine]', 'network_cmd_options = ["port_handler=slirp4netns"]']
        : []),
      '[network]',
      `default_rootless_network_cmd = "${network}"`,
    ],
    restart: '',
    effect:
      'it counts for containers made from now on, a node included, and for bridge networks when no container uses one',
  },
};

async function driver(host: Host, { network, ports, option }: (typeof KNOWN)[number]): Promise<NetworkDriver> {
  const found = await findExecutable(host, network, host.env['PATH'] ?? '');
  return {
    network,
    ports,
    mtu: MTU,
    hostAddress: network === 'pasta',
    problem: found === undefined ? `${network} not on PATH` : '',
    // With pasta the host's address is the namespace's own.
    host: () => 'host.containers.internal',
    inside: (inside) => ({ file: 'podman', args: podmanArgs(option, inside) }),
  };
}

/** A container without an image: the host's /usr, under a layer for the mount points. */
function podmanArgs(network: string, { argv, folders, address, ports }: Inside): string[] {
  return [
    ...['run', '--rm', '--interactive', `--network=${network}`, '--cap-add=NET_ADMIN', '--cgroups=disabled'],
    ...['--security-opt=label=disable', '--log-driver=none'],
    ...ports.flatMap((port) => ['tcp', 'udp'].map((protocol) => `--publish=${address}:${port}:${port}/${protocol}`)),
    // Once more, and recursively: /usr may hold mounts, and node finds its own files by their full names.
    ...['/usr', ...folders].map((folder) => `--volume=${folder}:${folder}:ro,rbind`),
    ...['--rootfs', '/usr:O'],
    ...argv,
  ];
}

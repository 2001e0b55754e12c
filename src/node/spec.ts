import { rawConfig } from '../config/raw.ts';
import type { NodeConfig, PublishedPort, Role } from '../config/types.ts';
import type { ContainerSpec, EngineFeatures, EngineInfo } from '../engine/types.ts';
import { LABEL, nodeNames } from './names.ts';

/** Facts of the host that decide what a node container is given. */
export interface HostDevices {
  /** Paths that exist, of `OPTIONAL_DEVICES`. */
  readonly devices: readonly string[];
  /** /lib/modules exists (not on kernels without modules). */
  readonly modules: boolean;
  /** pasta would give the node this address by itself. */
  readonly addressIsDefault: boolean;
}

/** /dev/fuse: fuse-overlayfs in the node; /dev/net/tun: VPN-like pods. */
export const OPTIONAL_DEVICES = ['/dev/fuse', '/dev/net/tun'] as const;

/** Ports a node publishes: equal numbers inside and outside, on the host address alone where the engine can do that. */
export function publishedPorts(
  config: NodeConfig,
  role: Role,
  features: Pick<EngineFeatures, 'portOnSeveralAddresses' | 'portsOnEveryAddress'>,
): readonly PublishedPort[] {
  const { address, ports } = config;
  const port = (number: number, protocol: 'tcp' | 'udp', on = address): PublishedPort => ({
    address: on,
    hostPort: number,
    nodePort: number,
    protocol,
  });
  const all = [port(ports.kubelet, 'tcp'), port(ports.flannel, 'udp')];
  if (role === 'control-plane') {
    // kubectl on the host itself uses 127.0.0.1 where it can, which no firewall of the site touches.
    if (features.portOnSeveralAddresses) all.unshift(port(ports.apiserver, 'tcp', '127.0.0.1'));
    all.unshift(port(ports.apiserver, 'tcp'));
    // kubeadm fixes etcd's ports in the node; only their numbers on the host can differ.
    if (ports.etcd !== 0) {
      all.push({ ...port(2379, 'tcp'), hostPort: ports.etcd }, { ...port(2380, 'tcp'), hostPort: ports.etcd + 1 });
    }
  }
  all.push(...config.publish);
  if (!features.portsOnEveryAddress) return all;
  return all.map((each) => (each.address === address ? { ...each, address: '0.0.0.0' } : each));
}

/** The node container, completely (design: "The node container"). Pure. */
export function containerSpec(
  config: NodeConfig,
  role: Role,
  image: string,
  engine: Pick<EngineInfo, 'kind' | 'features'>,
  host: HostDevices,
  version: string,
): ContainerSpec {
  const names = nodeNames(config.cluster, config.node);
  return {
    name: names.container,
    hostname: config.node,
    image,
    network: network(config, engine, host, names.network),
    // systemd and kind's entrypoint look at this to know that they are in a container, and whose.
    env: { container: engine.kind },
    labels: {
      [LABEL.cluster]: config.cluster,
      [LABEL.node]: config.node,
      [LABEL.role]: role,
      [LABEL.version]: version,
      [LABEL.config]: JSON.stringify(rawConfig(config)),
    },
    tmpfs: ['/tmp', '/run'],
    mounts: [
      // Podman mounts volumes nosuid, noexec, nodev unless told otherwise; containerd's files live here.
      { kind: 'volume', source: names.volumes.var, target: '/var', options: ['suid', 'exec', 'dev'] },
      { kind: 'volume', source: names.volumes.kubernetes, target: '/etc/kubernetes', options: [] },
      ...(host.modules
        ? [{ kind: 'bind' as const, source: '/lib/modules', target: '/lib/modules', options: ['ro'] }]
        : []),
    ],
    devices: host.devices,
    ports: publishedPorts(config, role, engine.features),
  };
}

function network(config: NodeConfig, engine: Pick<EngineInfo, 'features'>, host: HostDevices, own: string): string {
  if (!engine.features.hostAddressInNode) return own;
  return host.addressIsDefault ? 'pasta' : `pasta:--address,${config.address}`;
}

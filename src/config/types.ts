// What a user can set. `RawConfig` is what was written (flags, environment, file); `NodeConfig` is complete and read only.

export type EngineKind = 'podman' | 'docker' | 'nerdctl';
export const ENGINE_KINDS: readonly EngineKind[] = ['podman', 'docker', 'nerdctl'];

export type Role = 'control-plane' | 'worker';
export type Protocol = 'tcp' | 'udp' | 'sctp';

/** A port of the node that the engine also opens on the host, with the same number on both sides unless said otherwise. */
export interface PublishedPort {
  /** Host IPv4 address to listen on. */
  readonly address: string;
  readonly hostPort: number;
  readonly nodePort: number;
  readonly protocol: Protocol;
}

export interface Ports {
  /** Kubernetes API, TCP. */
  readonly apiserver: number;
  /** kubelet API, TCP. */
  readonly kubelet: number;
  /** Flannel VXLAN, UDP; the same on every node of a cluster. */
  readonly flannel: number;
  /** etcd clients, TCP; peers use the next number. 0: not published (rules out further control planes). */
  readonly etcd: number;
}

/** User's own settings merged into the kubeadm documents, by `kind`. */
export type KubeadmPatches = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Settings as written; everything optional. The same names serve flags, environment and rkube.yaml. */
export interface RawConfig {
  cluster?: string;
  node?: string;
  engine?: EngineKind | 'auto';
  allowRootful?: boolean;
  image?: string;
  kubernetesVersion?: string;
  address?: string;
  ports?: { apiserver?: number; kubelet?: number; flannel?: number; etcd?: number };
  podSubnet?: string;
  serviceSubnet?: string;
  mtu?: number;
  /** `[ADDRESS:]HOSTPORT[:NODEPORT][/tcp|udp|sctp]` */
  publish?: string[];
  listen?: string;
  /** By kubeadm document kind, merged over rkube's own. */
  kubeadm?: Record<string, Record<string, unknown>>;
}

/** Complete settings of one node; nothing reads flags, environment or files after this was made. */
export interface NodeConfig {
  readonly cluster: string;
  readonly node: string;
  readonly engine: EngineKind | 'auto';
  readonly allowRootful: boolean;
  /** '' : chosen by node/image.ts from the Kubernetes version. */
  readonly image: string;
  /** `v1.36.3` */
  readonly kubernetesVersion: string;
  /** Host address: the IPv4 address other hosts reach this host at. */
  readonly address: string;
  readonly ports: Ports;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  /** Bytes of the largest packet between hosts; 0: found out by the control plane. */
  readonly mtu: number;
  readonly publish: readonly PublishedPort[];
  /** Address that live ports listen on; '': as the node has it, by default its host address. */
  readonly listen: string;
  readonly kubeadm: KubeadmPatches;
  /** Where each setting came from: `--node`, `RKUBE_NODE`, `rkube.yaml:3:7`, `default`, `host`, `ticket`. */
  readonly sources: Readonly<Record<string, string>>;
}

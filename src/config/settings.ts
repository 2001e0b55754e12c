// Every setting, once. Flags, environment, rkube.yaml, the checks and docs/configuration.md all follow this table.

import { DEFAULTS } from './defaults.ts';
import * as must from './rules.ts';

/** What a setting holds: how text from flags and environment is read, and what rkube.yaml may contain. */
export type SettingKind = 'text' | 'number' | 'boolean' | 'list' | 'documents';

export interface Setting {
  /** Name in rkube.yaml, in `sources` and in messages: `ports.kubelet`. */
  readonly key: string;
  readonly kind: SettingKind;
  /** Flag with its argument, as the command line library takes it; '' when there is no flag. */
  readonly flag: string;
  /** Environment variables, the first that is set wins. */
  readonly env: readonly string[];
  /** undefined: found out on the host, or nothing. */
  readonly fallback?: string | number;
  /** For people: help text and documentation. */
  readonly meaning: string;
  /** Checks the value; of a list, each item. */
  readonly rule: must.Rule;
}

const API_PORT = 'host and node port of the Kubernetes API, TCP';
const KUBELET_PORT = 'host and node port of the kubelet, TCP';
const FLANNEL_PORT = 'host and node port of Flannel VXLAN, UDP; the same on every node of the cluster';
const ETCD_PORT =
  'host and node port of etcd, TCP; its peers use the next number; 0: not published, one control plane only';

export const SETTINGS = [
  {
    key: 'cluster',
    kind: 'text',
    flag: '--cluster <name>',
    env: ['RKUBE_CLUSTER'],
    fallback: DEFAULTS.cluster,
    meaning: 'name of the cluster, at most 30 characters',
    rule: must.label(30),
  },
  {
    key: 'node',
    kind: 'text',
    flag: '--node <name>',
    env: ['RKUBE_NODE', 'NODE_NAME'],
    meaning: 'name of the node; from the host name unless given',
    rule: must.label(63),
  },
  {
    key: 'engine',
    kind: 'text',
    flag: '--engine <kind>',
    env: ['RKUBE_ENGINE', 'CONTAINER_ENGINE'],
    fallback: DEFAULTS.engine,
    meaning: 'container engine: podman, docker, nerdctl, or auto for the first that answers',
    rule: must.engine,
  },
  {
    key: 'allowRootful',
    kind: 'boolean',
    flag: '--allow-rootful',
    env: ['RKUBE_ALLOW_ROOTFUL'],
    meaning: 'accept an engine that runs as root',
    rule: must.boolean,
  },
  {
    key: 'image',
    kind: 'text',
    flag: '--image <reference>',
    env: ['RKUBE_IMAGE'],
    meaning: 'node image, or the path of an archive of one; from the Kubernetes version unless given',
    rule: must.image,
  },
  {
    key: 'kubernetesVersion',
    kind: 'text',
    flag: '--kubernetes-version <version>',
    env: ['RKUBE_KUBERNETES_VERSION'],
    fallback: DEFAULTS.kubernetesVersion,
    meaning: 'Kubernetes release',
    rule: must.version,
  },
  {
    key: 'address',
    kind: 'text',
    flag: '--address <ipv4>',
    env: ['RKUBE_ADDRESS', 'HOST_IP'],
    meaning: 'host address: the IPv4 address other hosts reach this host at; the one of the default route unless given',
    rule: must.address,
  },
  {
    key: 'ports.apiserver',
    kind: 'number',
    flag: '--port-apiserver <port>',
    env: ['PORT_KUBE_APISERVER'],
    fallback: DEFAULTS.apiserver,
    meaning: API_PORT,
    rule: must.port(1, 65535),
  },
  {
    key: 'ports.kubelet',
    kind: 'number',
    flag: '--port-kubelet <port>',
    env: ['PORT_KUBELET'],
    fallback: DEFAULTS.kubelet,
    meaning: KUBELET_PORT,
    rule: must.port(1, 65535),
  },
  {
    key: 'ports.flannel',
    kind: 'number',
    flag: '--port-flannel <port>',
    env: ['PORT_FLANNEL'],
    fallback: DEFAULTS.flannel,
    meaning: FLANNEL_PORT,
    rule: must.port(1, 65535),
  },
  {
    key: 'ports.etcd',
    kind: 'number',
    flag: '--port-etcd <port>',
    env: ['PORT_ETCD'],
    fallback: DEFAULTS.etcd,
    meaning: ETCD_PORT,
    rule: must.port(0, 65534, ', or 0 for none'),
  },
  {
    key: 'podSubnet',
    kind: 'text',
    flag: '--pod-subnet <cidr>',
    env: ['RKUBE_POD_SUBNET'],
    fallback: DEFAULTS.podSubnet,
    meaning: 'addresses of pods, from /8 to /23; every node takes a /24 of it',
    rule: must.range(8, 23),
  },
  {
    key: 'serviceSubnet',
    kind: 'text',
    flag: '--service-subnet <cidr>',
    env: ['RKUBE_SERVICE_SUBNET'],
    fallback: DEFAULTS.serviceSubnet,
    meaning: 'addresses of services, from /12 to /28',
    rule: must.range(12, 28),
  },
  {
    key: 'mtu',
    kind: 'number',
    flag: '--mtu <bytes>',
    env: ['RKUBE_MTU'],
    meaning:
      "largest packet between hosts, VXLAN's 50 bytes included; that of the host's interface, at most 1500, unless given",
    rule: must.bytes(576, 65535),
  },
  {
    key: 'publish',
    kind: 'list',
    flag: '--publish <spec>',
    env: ['RKUBE_PUBLISH'],
    meaning:
      'further node ports to open on the host: [ADDRESS:]HOSTPORT[:NODEPORT][/tcp|udp|sctp]; repeated, or several with commas',
    rule: must.publish,
  },
  {
    key: 'listen',
    kind: 'text',
    flag: '--listen <ipv4>',
    env: ['RKUBE_LISTEN'],
    meaning:
      'address that ports which follow Services listen on: the host address unless given; 127.0.0.1, or 0.0.0.0 for all',
    rule: must.anyAddress,
  },
  {
    key: 'kubeadm',
    kind: 'documents',
    flag: '',
    env: [],
    meaning: 'values merged into the kubeadm documents, by kind',
    rule: must.anything,
  },
] as const satisfies readonly Setting[];

export type SettingKey = (typeof SETTINGS)[number]['key'];

/** Kinds of kubeadm documents that `kubeadm:` may patch. */
export const DOCUMENT_KINDS = [
  'InitConfiguration',
  'ClusterConfiguration',
  'JoinConfiguration',
  'KubeletConfiguration',
  'KubeProxyConfiguration',
] as const;

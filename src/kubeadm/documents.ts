import { parseAllDocuments, stringify } from 'yaml';
import type { KubeadmPatches, NodeConfig } from '../config/types.ts';
import { shipped } from '../core/package.ts';
import type { Ticket } from './ticket.ts';

type Json = Record<string, unknown>;

/** Name under which all nodes of a cluster reach its API; resolved by each node's own /etc/hosts. */
export const endpointName = (cluster: string): string => `api.${cluster}.rkube.internal`;

/** A base document set from kubeadm/, as plain objects. */
export function baseDocuments(file: string): Json[] {
  return parseAllDocuments(shipped('kubeadm', file)).map((document) => document.toJS() as Json);
}

/** One YAML stream of several documents. */
export function yamlStream(documents: readonly unknown[]): string {
  return documents.map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

/** Objects merge by key; everything else, lists too, is replaced. */
export function merge(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  // By way of a map, so that a key called __proto__ is a key like any other.
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over))
    merged.set(key, merged.has(key) ? merge(merged.get(key), value) : value);
  return Object.fromEntries(merged);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Documents of `kubeadm init` for a node: base, computed values, the user's own settings.
 * `rootless` is false where the engine gives the node no user namespace.
 */
export function initDocuments(config: NodeConfig, rootless = true): string {
  const { address, ports, cluster } = config;
  const computed: Record<string, Json> = {
    InitConfiguration: {
      localAPIEndpoint: { advertiseAddress: address, bindPort: ports.apiserver },
      nodeRegistration: registration(config, rootless),
    },
    ClusterConfiguration: {
      kubernetesVersion: config.kubernetesVersion,
      clusterName: cluster,
      controlPlaneEndpoint: `${endpointName(cluster)}:${ports.apiserver}`,
      networking: { podSubnet: config.podSubnet, serviceSubnet: config.serviceSubnet },
      apiServer: { certSANs: [endpointName(cluster), address, '127.0.0.1', 'localhost', config.node] },
    },
  };
  return yamlStream(merged('init.yaml', computed, config.kubeadm));
}

/** Documents of `kubeadm join` from a ticket. */
export function joinDocuments(config: NodeConfig, ticket: Ticket, rootless = true): string {
  const computed: Json = {
    discovery: {
      bootstrapToken: {
        apiServerEndpoint: `${ticket.endpoint}:${ticket.port}`,
        token: ticket.token,
        caCertHashes: [ticket.caCertHash],
      },
    },
    nodeRegistration: registration(config, rootless),
  };
  if (ticket.certificateKey !== undefined) {
    computed['controlPlane'] = {
      localAPIEndpoint: { advertiseAddress: config.address, bindPort: ticket.port },
      certificateKey: ticket.certificateKey,
    };
    // Several hosts, one cluster: pods run on control planes too, as on the first.
    (computed['nodeRegistration'] as Json)['taints'] = [];
  }
  return yamlStream(merged('join.yaml', { JoinConfiguration: computed }, config.kubeadm));
}

function registration(config: NodeConfig, rootless: boolean): Json {
  return {
    name: config.node,
    kubeletExtraArgs: [
      { name: 'node-ip', value: config.address },
      { name: 'port', value: String(config.ports.kubelet) },
      // Without a user namespace the kubelet must not forgive what fails in one. By argument: the configuration is
      // the cluster's, and other nodes of it are rootless.
      ...(rootless ? [] : [{ name: 'feature-gates', value: 'KubeletInUserNamespace=false' }]),
    ],
  };
}

function merged(file: string, computed: Record<string, Json>, patches: KubeadmPatches): unknown[] {
  return baseDocuments(file).map((base) => {
    const kind = base['kind'] as string;
    return merge(merge(base, computed[kind] ?? {}), patches[kind] ?? {});
  });
}

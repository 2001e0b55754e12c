// Services as the agent needs them: what is left of an object is all that is kept of it.

/** The part of a Kubernetes Service that is read. */
export interface ServiceObject {
  readonly metadata: {
    readonly uid: string;
    readonly namespace: string;
    readonly name: string;
    readonly creationTimestamp?: string;
  };
  readonly spec?: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly ports?: readonly {
      readonly protocol?: string;
      readonly port: number;
      readonly nodePort?: number;
    }[];
    readonly loadBalancerClass?: string;
    readonly loadBalancerSourceRanges?: readonly string[];
    readonly externalTrafficPolicy?: string;
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

export interface ServicePort {
  readonly protocol: string;
  readonly port: number;
  /** 0: none. */
  readonly nodePort: number;
}

export interface Service {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly type: 'NodePort' | 'LoadBalancer';
  readonly clusterIP: string;
  readonly ports: readonly ServicePort[];
  /** IPv4 ranges of clients; empty for everybody. */
  readonly sources: readonly string[];
  /** Traffic from outside stays on the node that it reaches. */
  readonly local: boolean;
  /** Addresses its status tells. */
  readonly ingress: readonly string[];
}

/** Value of `spec.loadBalancerClass` that means rkube; a Service without a class is rkube's too. */
const LOAD_BALANCER_CLASS = 'rkube.dev/host';

/** undefined for what has no ports on hosts, or another load balancer's. */
export function readService({ metadata, spec = {}, status }: ServiceObject): Service | undefined {
  const { type, loadBalancerClass: owner = LOAD_BALANCER_CLASS } = spec;
  if (type !== 'NodePort' && type !== 'LoadBalancer') return undefined;
  const ours = type === 'LoadBalancer' && owner === LOAD_BALANCER_CLASS;
  return {
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    created: metadata.creationTimestamp ?? '',
    // Of another's load balancer the node ports are node ports like any.
    type: ours ? 'LoadBalancer' : 'NodePort',
    clusterIP: spec.clusterIP ?? '',
    ports: (spec.ports ?? []).map(({ protocol = 'TCP', port, nodePort = 0 }) => ({
      protocol: protocol.toLowerCase(),
      port,
      nodePort,
    })),
    sources: ours ? (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()).filter(isIpv4) : [],
    local: spec.externalTrafficPolicy === 'Local',
    ingress: ours ? (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []) : [],
  };
}

const isIpv4 = (range: string): boolean => !range.includes(':');

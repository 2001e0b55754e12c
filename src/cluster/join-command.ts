import { RkubeError } from '../core/errors.ts';
import { encodeTicket, type Ticket } from '../kubeadm/ticket.ts';
import { caCertHash, createToken, uploadCertificates } from '../kubeadm/verbs.ts';
import type { NodeContainer } from '../node/container.ts';
import { type NodeState, readState } from '../node/state.ts';
import { fullPacket } from './pod-network.ts';
import type { Site } from './site.ts';
import type { Steps } from './steps.ts';

export interface JoinCommandOptions {
  readonly controlPlane: boolean;
  readonly ttlSeconds: number;
}

export interface NewTicket {
  readonly ticket: Ticket;
  readonly text: string;
}

/** kubeadm deletes the uploaded certificates after two hours, whatever the token's life. Seconds. */
const CERTIFICATES_LIVE_S = 7200;

/** `rkube join-command`: a new ticket for this cluster. */
export async function joinCommand(site: Site, steps: Steps, options: JoinCommandOptions): Promise<NewTicket> {
  const { node, config } = site;
  const { state, ca } = await steps.step('Read the cluster', () => readCluster(site));
  if (options.controlPlane && config.ports.etcd !== 2379) rejectEtcdPorts(site);
  const ttlSeconds = options.controlPlane ? Math.min(options.ttlSeconds, CERTIFICATES_LIVE_S) : options.ttlSeconds;
  const mtu = await answersNodes(node);
  const token = await steps.step('Make a token', () => createToken(node, ttlSeconds));
  const certificateKey = options.controlPlane
    ? await steps.step('Upload the certificates, encrypted', () =>
        uploadCertificates(node, { ...config, kubernetesVersion: state.kubernetesVersion }),
      )
    : undefined;
  const ticket: Ticket = {
    cluster: config.cluster,
    kubernetesVersion: state.kubernetesVersion,
    endpoint: state.endpoint,
    port: config.ports.apiserver,
    controlPlanes: state.controlPlanes,
    token,
    caCertHash: caCertHash(ca),
    podSubnet: config.podSubnet,
    serviceSubnet: config.serviceSubnet,
    flannelPort: config.ports.flannel,
    ...(mtu === undefined ? {} : { mtu }),
    expires: new Date(Date.now() + ttlSeconds * 1000).toISOString(),
    ...(certificateKey === undefined ? {} : { certificateKey }),
  };
  return { ticket, text: encodeTicket(ticket) };
}

async function readCluster(site: Site) {
  const { state, ca } = await read(site.node);
  if (state?.phase === 'member' && state.role === 'control-plane' && ca !== undefined) return { state, ca };
  const container = await site.node.state();
  throw new RkubeError({
    id: 'not-a-control-plane',
    message: `Node ${site.config.node} cannot make tickets: expected an initialised control plane, found ${
      container === undefined
        ? 'no node container'
        : container.status === 'running'
          ? `a node in phase "${state?.phase ?? 'empty'}"`
          : `a ${container.status} node container`
    }`,
    next: 'Run it on a control-plane host, or `rkube init` first.',
  });
}

/** Nothing of a node that does not run; one that runs has to answer. */
async function read(node: NodeContainer): Promise<{ state?: NodeState | undefined; ca?: string | undefined }> {
  try {
    return { state: await readState(node), ca: await node.readFile('/etc/kubernetes/pki/ca.crt') };
  } catch (error) {
    if ((await node.state())?.status === 'running') throw error;
    return {};
  }
}

/** Bytes of a full packet where this node answers those that are to join; undefined where it was made without that. */
async function answersNodes(node: NodeContainer): Promise<number | undefined> {
  return (await node.readFile('/sys/class/net/rkube-peers/mtu')) === undefined ? undefined : fullPacket(node);
}

function rejectEtcdPorts(site: Site): void {
  throw new RkubeError({
    id: 'etcd-ports',
    message: `Further control planes need etcd on ports 2379 and 2380 of this host, which kubeadm fixes; this node has ports.etcd ${site.config.ports.etcd}`,
    next: 'Make the first control plane with --port-etcd 2379 (the default).',
  });
}

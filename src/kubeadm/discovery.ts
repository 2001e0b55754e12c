import { parse } from 'yaml';
import { get } from '../preflight/peer/https.ts';
import { rejectExpired, type Ticket } from './ticket.ts';
import { caCertHash } from './verbs.ts';

interface ClusterInfo {
  readonly data?: { readonly kubeconfig?: string };
}
interface Kubeconfig {
  readonly clusters?: readonly { readonly cluster?: { readonly 'certificate-authority-data'?: string } }[];
}
interface Node {
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

/**
 * Host address of the cluster's node with this name: '' when there is none, undefined when that cannot be told. Asks
 * with the ticket's token, after the CA was proven by the ticket's hash as kubeadm does.
 */
export async function nodeAddress(
  ticket: Ticket,
  controlPlane: string,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const end = { host: controlPlane, port: ticket.port, signal };
  const info = await get({ ...end, path: '/api/v1/namespaces/kube-public/configmaps/cluster-info' });
  const ca = info.status === 200 ? provenCa(info.body, ticket.caCertHash) : undefined;
  if (ca === undefined) return undefined;
  const headers = { authorization: `Bearer ${ticket.token}` };
  const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
  const { status, body } = await get({ ...end, path, headers, ca, servername: ticket.endpoint });
  if (status === 404) return '';
  if (status !== 200) return undefined;
  const { status: node } = JSON.parse(body) as Node;
  return node?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}

/**
 * A ticket that has expired by this host's clock may be good by the cluster's: who is wrong then is told as any clock
 * that is (`peer-clock`).
 * @throws RkubeError `ticket-expired`, exit 2
 */
export async function rejectExpiredTicket(ticket: Ticket, signal: AbortSignal): Promise<void> {
  if (Date.now() < Date.parse(ticket.expires)) return;
  const ask = (host: string) => get({ host, port: ticket.port, path: '/version', signal });
  const clocks = (await Promise.all(ticket.controlPlanes.map(ask))).flatMap(({ clock = [] }) => clock);
  const [told] = clocks;
  rejectExpired(ticket, new Date(told ?? Date.now()), told === undefined ? undefined : "the control plane's");
}

/** The CA in the cluster's public information; undefined unless it is the ticket's. */
function provenCa(body: string, hash: string): string | undefined {
  try {
    const { kubeconfig = '' } = (JSON.parse(body) as ClusterInfo).data ?? {};
    const { clusters } = parse(kubeconfig) as Kubeconfig;
    const pem = Buffer.from(clusters?.[0]?.cluster?.['certificate-authority-data'] ?? '', 'base64').toString('utf8');
    return caCertHash(pem) === hash ? pem : undefined;
  } catch {
    return undefined;
  }
}

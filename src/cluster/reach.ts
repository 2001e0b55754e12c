import { connect } from 'node:net';
import { RkubeError } from '../core/errors.ts';
import type { Ticket } from '../kubeadm/ticket.ts';
import type { Site } from './site.ts';

const CONNECT_MS = 5_000;

/** Makes sure that a control plane of the ticket answers, before anything is made. */
export async function reachControlPlane(site: Site, ticket: Ticket): Promise<void> {
  if (site.run.dryRun) return;
  const tried = await Promise.all(
    ticket.controlPlanes.map(async (address) => ({
      address,
      problem: await tcpProblem(address, ticket.port, site.run.lifetime.signal),
    })),
  );
  if (tried.some(({ problem }) => problem === undefined)) return;
  throw new RkubeError({
    id: 'control-plane-unreachable',
    message: `No control plane of cluster ${ticket.cluster} answers this host`,
    details: tried.map(({ address, problem }) => `${address}:${ticket.port}/tcp: ${problem}`),
    next:
      `On the control-plane host check \`rkube status\`; then check that its firewall lets this host reach ` +
      `${ticket.port}/tcp, 10250/tcp and ${ticket.flannelPort}/udp.`,
  });
}

/** undefined when something listens there; otherwise why not. */
function tcpProblem(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    const end = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(CONNECT_MS, () => end(`no answer within ${CONNECT_MS / 1000} s`));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' ? 'connection refused, nothing listens' : error.message),
    );
  });
}

import type { Role } from '../config/types.ts';
import { report } from '../core/reporter.ts';
import { nodeAddress } from '../kubeadm/discovery.ts';
import type { Ticket } from '../kubeadm/ticket.ts';
import { ok, problem, skip } from '../preflight/finding.ts';
import { peerReport } from '../preflight/peer/checks.ts';
import { clockFinding } from '../preflight/peer/clock.ts';
import { opening } from '../preflight/peer/firewall.ts';
import { get, type Reply } from '../preflight/peer/https.ts';
import { rangesFinding } from '../preflight/peer/ranges.ts';
import { preflightError, problems } from '../preflight/run.ts';
import type { CheckReport, Finding } from '../preflight/types.ts';
import type { Site } from './site.ts';

/** etcd's ports, which kubeadm fixes: control planes need them of each other. */
export const ETCD_PORTS = [2379, 2380] as const;

interface Answer {
  readonly address: string;
  readonly reply: Reply;
  /** Milliseconds since 1970, by this host's clock, when the answer came. */
  readonly at: number;
}

/**
 * Makes sure that this host can join, as far as that can be told before anything is made: a control plane answers,
 * the clocks agree, name, address and ranges are free.
 * @returns addresses of the control planes that answer
 * @throws RkubeError `preflight`, exit 3, that tells all that is in the way
 */
export async function reachControlPlane(
  site: Site,
  ticket: Ticket,
  role: Role,
  ignore: readonly string[],
): Promise<readonly string[]> {
  const { run, host, config } = site;
  if (run.dryRun) return ticket.controlPlanes;
  const { signal } = run.lifetime;
  const answers = await Promise.all(
    ticket.controlPlanes.map(async (address): Promise<Answer> => {
      const reply = await get({ host: address, port: ticket.port, path: '/version', signal });
      return { address, reply, at: Date.now() };
    }),
  );
  const reached = answers.filter(({ reply }) => reply.reached).map(({ address }) => address);
  const addresses = await host.addresses();
  const [etcd, name, address] = await Promise.all([
    role === 'control-plane' ? etcdFinding(reached, config.address, signal) : skip('a worker'),
    nameFinding(site, ticket, reached[0], signal),
    addressFinding(site, ticket),
  ]);
  rejectProblems(site, ticket, ignore, [
    peerReport('peer-api', apiFinding(answers, reached, ticket)),
    peerReport('peer-etcd', etcd),
    peerReport('peer-clock', clocks(config.node, answers)),
    peerReport('peer-name', name),
    peerReport('peer-address', address),
    peerReport('peer-ranges', rangesFinding(config.node, addresses, ticket)),
  ]);
  for (const { address, reply } of answers) {
    if (!reply.reached)
      report(run.reporter, 'warn', `Control plane ${address}:${ticket.port}/tcp does not answer: ${reply.problem}`);
  }
  return reached;
}

/** @throws RkubeError `preflight`, exit 3, with every problem that is not ignored */
export function rejectProblems(
  { config }: Site,
  { cluster }: Ticket,
  ignore: readonly string[],
  reports: readonly CheckReport[],
): void {
  const left = problems(reports).filter(({ id }) => !ignore.includes(id));
  if (left.length === 0) return;
  throw preflightError(left, {
    message: `Node ${config.node} can not join cluster ${cluster} yet.`,
    next: 'Mend these and join again; `--ignore ID` goes on without a check',
  });
}

function apiFinding(
  answers: readonly Answer[],
  reached: readonly string[],
  { port, flannelPort, cluster }: Ticket,
): Finding {
  if (reached.length > 0) return ok(reached.map((address) => `${address}:${port}/tcp answers`).join(', '));
  const silent = answers.map(({ address, reply }) => `${address}:${port}/tcp: ${reply.problem}`);
  return problem(
    `no control plane of cluster ${cluster} answers; ${silent.join('; ')}`,
    'On the control-plane host check `rkube status`; then check that its firewall lets this host reach ' +
      `${port}/tcp, 10250/tcp and ${flannelPort}/udp`,
  );
}

async function etcdFinding(reached: readonly string[], own: string, signal: AbortSignal): Promise<Finding> {
  const ends = reached.filter((host) => host !== own).flatMap((host) => ETCD_PORTS.map((port) => ({ host, port })));
  const tried = await Promise.all(ends.map(async (end) => ({ ...end, reply: await get({ ...end, signal }) })));
  const silent = tried.filter(({ reply }) => !reply.reached);
  const at = ({ host, port }: (typeof tried)[number]): string => `${host}:${port}/tcp`;
  if (silent.length === 0) return ok(tried.map(at).join(', '));
  return problem(
    silent.map((each) => `${at(each)}: ${each.reply.problem}`).join('; '),
    `Let them in there. As an administrator: ${opening(ETCD_PORTS.map((port) => `${port}/tcp` as const))}`,
  );
}

function clocks(here: string, answers: readonly Answer[]): Finding {
  const findings = answers.flatMap(({ address, reply, at }) =>
    // Servers tell whole seconds, cut off: half a second later is nearest.
    reply.clock === undefined ? [] : [clockFinding({ host: here, now: at }, { host: address, now: reply.clock + 500 })],
  );
  return findings.find(({ state }) => state === 'problem') ?? findings[0] ?? skip('no control plane told its time');
}

async function nameFinding(
  { config }: Site,
  ticket: Ticket,
  controlPlane: string | undefined,
  signal: AbortSignal,
): Promise<Finding> {
  const has = controlPlane === undefined ? undefined : await nodeAddress(ticket, controlPlane, config.node, signal);
  if (has === undefined) return skip('the cluster did not tell its nodes');
  if (has === '') return ok(`cluster ${ticket.cluster} has no node ${config.node}`);
  // Its own, of an earlier join.
  if (has === config.address) return ok(`node ${config.node} of cluster ${ticket.cluster} has this host's address`);
  return problem(
    `cluster ${ticket.cluster} has a node ${config.node} at ${has}; this host is ${config.address}`,
    `Take another name, \`rkube join --node NAME\`; or, where that node is gone for good, \`rkube kubectl delete node ${config.node}\` on a control plane`,
  );
}

async function addressFinding({ config, node }: Site, { controlPlanes, cluster }: Ticket): Promise<Finding> {
  if (!controlPlanes.includes(config.address)) return ok(`no control plane has ${config.address}`);
  if ((await node.state()) !== undefined) return ok(`this node has ${config.address}`);
  return problem(
    `a control plane of cluster ${cluster} has ${config.address} too`,
    'Join from another host, or take another address of this one: --address',
  );
}
